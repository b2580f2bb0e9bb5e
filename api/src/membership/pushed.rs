//! Memberships of EXTERNAL segments: what partners have pushed of members, and of those who are not known yet.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::log::{Log, Who};
use super::log_store::MoveRow;
use super::pushed_name_store::{self as name_store, Waiting};
use super::pushed_store as store;
use crate::app::App;
use crate::db::{self, Txn};
use crate::error::{Fault, Stop};
use crate::figures::{self, Reckoning};

pub use name_store::{PushedName, newer_names, waiting};
pub use store::{newer, pushed_before};

/// What a partner says of members of one of its segments, whose row is locked.
#[derive(Clone, Copy, Debug)]
pub struct Pushed<'a> {
    /// The segment.
    pub segment: &'a segment::Model,
    /// Of when it holds. What was said of a later instant stands: see [`newer`].
    pub emitted_at: Millis,
    /// The local day on which it came.
    pub on: NaiveDate,
    /// Why they come or go.
    pub reason: MembershipReason,
}

/// How many came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Who did not belong before.
    pub joined: usize,
    /// Who did.
    pub left: usize,
}

/// Lets members belong, or not, as a partner says; nobody stands in both lists. The segments follow whose rules name this
/// one.
pub async fn push(
    log: &mut Log<'_>,
    pushed: &Pushed<'_>,
    join: &[MemberId],
    leave: &[MemberId],
) -> Result<Moved, Fault> {
    let Pushed { segment, reason, .. } = *pushed;
    store::mark(log.txn(), pushed, join, true).await?;
    store::mark(log.txn(), pushed, leave, false).await?;
    let joined = log.write(segment, &Who::Members(join), MembershipEventKind::Joined, reason).await?;
    let left = log.write(segment, &Who::Members(leave), MembershipEventKind::Left, reason).await?;
    if joined + left > 0 {
        super::spread(log, segment.id, &[join, leave].concat()).await?;
    }
    Ok(Moved { joined, left })
}

/// Keeps what a partner says of those who are not known yet: they come in the moment they are.
pub async fn push_names(
    txn: &Txn,
    pushed: &Pushed<'_>,
    join: &[PushedName],
    leave: &[PushedName],
) -> Result<(), Fault> {
    name_store::mark_names(txn, pushed, join, true).await?;
    name_store::mark_names(txn, pushed, leave, false).await
}

/// What was pushed of the names of members who are known by now; what has lapsed is left out. Nothing is written where it
/// is empty.
pub(super) async fn become_known(
    txn: &Txn,
    reckoning: &Reckoning,
    members: &[MemberId],
) -> Result<Vec<MoveRow>, Fault> {
    let found = name_store::become_known(txn, members).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    settle_names(txn, reckoning, found).await
}

async fn settle_names(txn: &Txn, reckoning: &Reckoning, found: Vec<Waiting>) -> Result<Vec<MoveRow>, Fault> {
    let today = reckoning.zone.day_of(reckoning.now);
    let mut latest: HashMap<(i64, i64), &Waiting> = HashMap::new();
    for one in &found {
        // A member may be named by number and by e-mail: what was said last stands.
        let kept = latest.entry((one.segment_id, one.member_id)).or_insert(one);
        if (one.emitted_at, one.belongs) > (kept.emitted_at, kept.belongs) {
            *kept = one;
        }
    }
    let mut standing: Vec<&Waiting> = latest.into_values().filter(|one| !one.is_outdated()).collect();
    standing.sort_unstable_by_key(|one| (one.segment_id, one.member_id));
    name_store::forget_names(txn, &found).await?;
    let standing: Vec<&Waiting> = standing.into_iter().filter(|one| !one.is_lapsed(today)).collect();
    name_store::mark_known(txn, &standing).await?;
    let moves = standing.into_iter().filter(|one| one.belongs != one.is_member).map(|one| MoveRow {
        segment_id: one.segment_id,
        member_id: one.member_id,
        kind: if one.belongs { MembershipEventKind::Joined } else { MembershipEventKind::Left }.word(),
        reason: one.reason.word(),
    });
    Ok(moves.collect())
}

/// Ends the memberships of a segment, whose row is locked, that were last pushed too long ago, and forgets such names.
/// Answers how many left.
pub async fn lapse(txn: &Txn, reckoning: &Reckoning, segment: &segment::Model) -> Result<usize, Fault> {
    let Some(last) = last_lapsed_day(segment, reckoning.zone.day_of(reckoning.now)) else { return Ok(0) };
    store::lapse_names(txn, segment.id, last).await?;
    let lapsed = store::lapsed(txn, segment.id, last).await?;
    if lapsed.is_empty() {
        return Ok(0);
    }
    let who = Who::Members(&lapsed);
    let mut log = Log::open(txn, reckoning, &who, None).await?;
    store::lapse(txn, segment.id, last).await?;
    let left = log.write(segment, &who, MembershipEventKind::Left, MembershipReason::Expired).await?;
    if left > 0 {
        super::spread(&mut log, segment.id, &lapsed).await?;
    }
    log.apply().await?;
    Ok(left)
}

/// Lets those come in of whom a partner spoke before they were known, after their segment was switched on.
pub async fn catch_up(txn: &Txn, reckoning: &Reckoning, segment: SegmentId) -> Result<(), Fault> {
    let found = name_store::known_by_now(txn, segment).await?;
    let members: Vec<MemberId> = found.iter().map(|one| MemberId(one.member_id)).collect();
    if members.is_empty() {
        return Ok(());
    }
    let mut log = Log::open(txn, reckoning, &Who::Members(&members), None).await?;
    let moves = settle_names(txn, reckoning, found).await?;
    if !moves.is_empty() {
        log.write_decided(&moves).await?;
        super::spread(&mut log, segment, &members).await?;
    }
    log.apply().await
}

/// Lets lapse, in each active segment, what has lapsed by the current day.
pub(super) async fn lapse_all(app: &App) -> Result<(), Stop> {
    let today = app.clock.today(app.program().zone);
    for segment in store::lapsing(app.db.reader()).await? {
        let Some(last) = last_lapsed_day(&segment, today) else { continue };
        if !store::any_lapsed(app.db.reader(), segment.id, last).await? {
            continue;
        }
        db::retry(|| async {
            let txn = app.db.begin().await?;
            let reckoning = figures::reckon(app, &txn).await?;
            if let Some(segment) = store::lock_lapsing(&txn, segment.id).await? {
                let left = lapse(&txn, &reckoning, &segment).await?;
                tracing::info!(segment = segment.id.0, left, "memberships have lapsed");
            }
            txn.commit().await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// The last day of which what was pushed has lapsed: pushed on day D with N days, it is gone at 00:00 of D + N.
fn last_lapsed_day(segment: &segment::Model, today: NaiveDate) -> Option<NaiveDate> {
    let days = u64::try_from(segment.expires_after_days?).ok()?;
    today.checked_sub_days(Days::new(days))
}
