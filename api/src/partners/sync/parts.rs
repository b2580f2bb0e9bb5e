//! A list begins and comes in parts.

use entity::ids::SegmentSyncId;
use entity::segment_sync;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::{NotSet, Set};

use super::{LASTS, lock, store, trace, unless_over};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::db;
use crate::error::{Refusal, RefusalCode, Stop};
use crate::figures;
use crate::members::MemberRef;
use crate::membership::PushedName;
use crate::partners::PartnerCaller;
use crate::partners::names::{self, Problem, Sorted, name_of, sorted};
use crate::partners::push::{count, hex, inactive, unless_inactive};
use crate::segments::{MOST_MEMBERS, SegmentRef};

/// Which segment's list begins.
#[derive(Clone, Debug)]
pub struct Begin {
    /// One of the partner's.
    pub segment: SegmentRef,
    /// The commit is refused where more than this share of the members would leave.
    pub max_leave_percent: Option<Decimal>,
}

/// What became of a part.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The list as it is now.
    pub sync: segment_sync::Model,
    /// Members of the part who were left out.
    pub problems: Vec<Problem>,
}

/// Begins a list. A segment has one open list at most: the refusal of a second comes with the first, so that it can be
/// aborted.
pub async fn begin(
    app: &App,
    caller: &PartnerCaller,
    begin: &Begin,
) -> Result<(Option<segment_sync::Model>, Option<Refusal>), Stop> {
    let percent = begin.max_leave_percent.map(percent).transpose()?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let segment = caller.owner().lock(&txn, &begin.segment).await?;
        unless_inactive(&segment)?;
        if let Some(open) = store::open(&txn, segment.id).await? {
            if open.started_at + LASTS > reckoning.now {
                let message = "a list of this segment is open: commit it or abort it first";
                let refusal = Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]);
                return Ok((Some(open), Some(refusal)));
            }
            store::abort(&txn, open.id, reckoning.now).await?;
        }
        let row = segment_sync::ActiveModel {
            id: NotSet,
            partner_id: Set(caller.partner),
            segment_id: Set(segment.id),
            started_at: Set(reckoning.now),
            max_leave_percent: Set(percent.map(|percent| percent.to_string())),
            received: Set(0),
            committed_at: Set(None),
            aborted_at: Set(None),
            joiners: Set(None),
            leavers: Set(None),
            pending: Set(None),
        };
        let row = store::insert(&txn, row).await?;
        let changes = Changes::none()
            .new_field("segment", &segment.key)
            .new_field("maxLeavePercent", row.max_leave_percent.as_deref());
        audit::write(app, &txn, caller.by(), trace("beginSegmentSync", &row, changes)).await?;
        txn.commit().await?;
        Ok((Some(row), None))
    })
    .await
}

/// Adds a part. Sent twice it counts once; its number with other members is refused.
pub async fn append(
    app: &App,
    caller: &PartnerCaller,
    sync: SegmentSyncId,
    part: i64,
    members: &[MemberRef],
) -> Result<Appended, Stop> {
    if part < 0 {
        return Err(Refusal::new(RefusalCode::Invalid, "must be 0 or more", &["input", "part"]).into());
    }
    if members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} members");
        return Err(Refusal::new(RefusalCode::TooMany, message, &["input", "members"]).into());
    }
    let hash = hex(format!("{members:?}").as_bytes());
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let row = lock(&txn, caller, sync).await?;
        if let Some((before, problems)) = store::part(&txn, sync, part).await? {
            if before != hash {
                let message = "this part was sent with other members";
                return Err(Refusal::new(RefusalCode::IdempotencyMismatch, message, &["input", "part"]).into());
            }
            return Ok(Appended { sync: row, problems: names::problems_again(&problems, &[("members", members)])? });
        }
        unless_over(app, &row)?;
        if !store::is_active(&txn, row.segment_id).await? {
            return Err(inactive(&["input", "sync"]));
        }
        let Sorted { known, names, problems } = sorted(&txn, caller.partner, "members", members).await?;
        let mut listed: Vec<PushedName> = names.into_iter().map(|(name, _)| name).collect();
        // As they were named: who it is is asked once more when the list is whole.
        listed.extend(known.iter().filter_map(|(member, place)| match &members[*place] {
            MemberRef::Id(_) => Some(PushedName { kind: store::ID, name: member.0.to_string() }),
            named => name_of(named),
        }));
        // Who is erased at this moment is either found so, or finds these names.
        figures::share_members(&txn, &known.iter().map(|(member, _)| *member).collect::<Vec<_>>()).await?;
        let new = store::add_names(&txn, sync, &listed).await?;
        store::add_part(&txn, sync, part, &hash, &names::kept(&problems)?).await?;
        let before = row.received;
        let row = store::received(&txn, sync, before + count(new)).await?;
        let changes = Changes::none().new_field("part", part).field("received", before, row.received);
        audit::write(app, &txn, caller.by(), trace("appendSegmentSync", &row, changes)).await?;
        txn.commit().await?;
        Ok(Appended { sync: row, problems })
    })
    .await
}

fn percent(percent: Decimal) -> Result<Decimal, Refusal> {
    if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) {
        return Ok(percent.normalize());
    }
    Err(Refusal::new(RefusalCode::Invalid, "must be 0 to 100", &["input", "maxLeavePercent"]))
}
