//! What members did with what a campaign sent comes in.

use std::collections::{BTreeMap, HashSet};

use engine::calendar::Millis;
use entity::campaign;
use entity::ids::{CampaignId, MemberId};
use entity::kinds::{CampaignStatus, EngagementKind};

use super::count_store::{self, Counts};
use super::engagement_store::{self, EventRow, Marks};
use super::{missing, store, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures;
use crate::ingest::{self, Ingested};
use crate::members::{self, MemberRef};
use crate::membership::{self, Touched};
use crate::text_input::{length, required};

/// An event as it came.
#[derive(Clone, Debug)]
pub struct EngagementInput {
    /// Whose.
    pub member: MemberRef,
    /// What happened.
    pub kind: EngagementKind,
    /// When.
    pub at: Millis,
    /// Unique with the campaign and the member.
    pub document: String,
}

/// An event whose every field was found right.
struct Checked(EngagementInput);

impl EngagementInput {
    fn check(mut self, now: Millis) -> Result<Checked, Refusal> {
        self.document = required(&self.document, length::NUMBER, &["document"])?;
        self.at = ingest::instant(self.at, now, &["at"])?;
        Ok(Checked(self))
    }
}

/// Where the campaign stands.
const CAMPAIGN: &[&str] = &["input", "campaign"];

/// Records what members of a campaign's audience did, also after it has ended. Bad rows are named, good ones kept, known
/// ones counted as duplicates.
pub async fn record(app: &App, by: By<'_>, id: CampaignId, rows: Vec<EngagementInput>) -> Result<Ingested, Stop> {
    let now = app.clock.now(app.program().zone);
    let (good, problems) = ingest::part(rows, |row| row.check(now));
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let campaign = started(&txn, id).await?;
        let (done, touched, counts) = record_in(&txn, id, &good).await?;
        membership::settle(&txn, &reckoning, touched).await?;
        if let Some([before, after]) = counts {
            // After the log of memberships, as an erasure does.
            count_store::moved(&txn, id, &before, &after).await?;
            let changes = Changes::none().new_field("recorded", done.created).new_field("duplicates", done.duplicates);
            let action = by.action("recordCampaignEngagement");
            audit::write(app, &txn, by, trace(action, &campaign, changes)).await?;
        }
        txn.commit().await?;
        Ok(done.and(&problems))
    })
    .await
}

/// A campaign that has an audience: it keeps it for ever.
async fn started(txn: &Txn, id: CampaignId) -> Result<campaign::Model, Stop> {
    let row = store::campaigns(txn, &[id]).await?.pop().ok_or_else(|| missing(CAMPAIGN))?;
    if row.status == CampaignStatus::Draft {
        return Err(Refusal::new(RefusalCode::NotAllowed, "this campaign was not started", CAMPAIGN).into());
    }
    Ok(row)
}

/// What came of it, whom it touched, and what was counted of them before and after it; none where nothing is new.
async fn record_in(
    txn: &Txn,
    id: CampaignId,
    rows: &[(usize, Checked)],
) -> Result<(Ingested, Touched, Option<[Counts; 2]>), Fault> {
    let mut done = Ingested::default();
    let references: Vec<MemberRef> = rows.iter().map(|(_, Checked(row))| row.member.clone()).collect();
    let members = members::resolve(txn, &references).await?;
    let audience = engagement_store::audience(txn, id, members.iter().flatten()).await?;
    let mut named = Vec::with_capacity(rows.len());
    for ((place, Checked(row)), member) in rows.iter().zip(members) {
        match member {
            Ok(member) if audience.contains(&member) => named.push((*place, EventRow::new(member, row))),
            Ok(_) => {
                let message = "this member is not in the campaign's audience";
                done.refuse(*place, Refusal::new(RefusalCode::NotFound, message, &["member"]));
            }
            Err(why) => done.refuse(*place, why.refusal(&["member"])),
        }
    }
    let known = engagement_store::known(txn, id, named.iter().map(|(_, row)| row)).await?;
    let new = ingest::unknown(known, named, &mut done);
    done.created = new.len();
    done.problems.sort_by_key(|problem| problem.row);
    if new.is_empty() {
        return Ok((done, Touched::default(), None));
    }
    let mut marks: BTreeMap<MemberId, Marks> = BTreeMap::new();
    for row in &new {
        marks.entry(row.member_id).or_insert_with(|| Marks::none(row.member_id)).note(row.kind);
    }
    // Their rows are locked before anything is written, in the order of their ids, so that whatever is decided of them in
    // this transaction is decided by one operation at a time, and nobody is erased meanwhile.
    let members: Vec<MemberId> = marks.keys().copied().collect();
    figures::lock_members(txn, &members).await?;
    let before = count_store::of(txn, id, &members).await?;
    if engagement_store::insert(txn, id, &new).await? != new.len() {
        return Err(raced("an event of a campaign was recorded"));
    }
    let marks: Vec<Marks> = marks.into_values().collect();
    engagement_store::mark(txn, id, &marks).await?;
    let counts = Some([before, count_store::of(txn, id, &members).await?]);
    // What was delivered tells rules nothing: they ask who opened, clicked or redeemed.
    let touched = marks.iter().filter(|marks| marks.is_engaged()).map(|marks| marks.member_id).collect();
    Ok((done, Touched::new(touched, Vec::new()), counts))
}

/// The members of an audience among some.
pub(super) type Members = HashSet<MemberId>;
