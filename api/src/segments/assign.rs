//! Members come to and leave a segment by hand.

use engine::figures::Sums;
use entity::ids::MemberId;
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::create::read;
use super::membership_store::{self, Event};
use super::store::Hold;
use super::{SegmentRef, SegmentRow};
use crate::app::App;
use crate::auth::Caller;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::members::{self, MemberRef, Unresolved};

/// How many members one call may name.
pub const MOST_MEMBERS: usize = 50_000;

/// Which members, and which segment.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The segment.
    pub segment: SegmentRef,
    /// At most [`MOST_MEMBERS`].
    pub members: Vec<MemberRef>,
}

/// What an assignment did.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The segment as it is now.
    pub segment: SegmentRow,
    /// Members who came, or left.
    pub changed: usize,
    /// Members who belonged already, or did not belong.
    pub unchanged: usize,
    /// Places of members that could not be found; the others were assigned.
    pub problems: Vec<(usize, Unresolved)>,
}

/// Adds members to a MANUAL segment. Members that do not exist are named; the others are added.
pub async fn assign(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, Way::In).await
}

/// Takes members out of a MANUAL segment. Members that do not exist are named; the others are taken out.
pub async fn unassign(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, Way::Out).await
}

#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

async fn run(app: &App, caller: &Caller, assignment: &Assignment, way: Way) -> Result<Assigned, Stop> {
    if assignment.members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} members");
        return Err(Refusal::new(RefusalCode::TooMany, message, &["input", "members"]).into());
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let segment = assignment.segment.hold(&txn, Hold::Kept).await?;
        if !segment.active {
            let message = "the segment is inactive: its membership stands still";
            return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into());
        }
        let (mut known, mut problems) = (Vec::new(), Vec::new());
        for (place, found) in members::resolve(&txn, &assignment.members).await?.into_iter().enumerate() {
            match found {
                Ok(member) => known.push(member),
                Err(why) => problems.push((place, why)),
            }
        }
        known.sort_unstable();
        known.dedup();
        let named = known.len();
        let changed = match way {
            Way::In => join(&txn, &reckoning, &segment, known, &caller.email).await?,
            Way::Out => leave(&txn, &reckoning, &segment, known, &caller.email).await?,
        };
        let segment = read(&txn, segment.id).await?;
        txn.commit().await?;
        Ok(Assigned { segment, changed, unchanged: named - changed, problems })
    })
    .await
}

/// Adds members and answers how many came.
pub(super) async fn join(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: &segment::Model,
    members: Vec<MemberId>,
    actor: &str,
) -> Result<usize, Fault> {
    figures::share_members(txn, &members).await?;
    let joined = membership_store::join(txn, segment.id, &members, reckoning.now).await?;
    let event =
        Event { kind: MembershipEventKind::Joined, reason: MembershipReason::Assigned, at: reckoning.now, actor };
    moved(txn, reckoning, segment, &joined, &event).await
}

async fn leave(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: &segment::Model,
    members: Vec<MemberId>,
    actor: &str,
) -> Result<usize, Fault> {
    figures::share_members(txn, &members).await?;
    let left = membership_store::leave(txn, segment.id, &members).await?;
    let event =
        Event { kind: MembershipEventKind::Left, reason: MembershipReason::Unassigned, at: reckoning.now, actor };
    moved(txn, reckoning, segment, &left, &event).await
}

/// Writes what belongs to a coming or going: the log and the figures.
async fn moved(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: &segment::Model,
    members: &[MemberId],
    event: &Event<'_>,
) -> Result<usize, Fault> {
    if members.is_empty() {
        return Ok(0);
    }
    membership_store::log(txn, segment, members, event).await?;
    let sums = figures::sums_of(txn, members).await?;
    let by = if event.kind == MembershipEventKind::Joined { sums } else { negative(sums) };
    figures::move_segments(txn, reckoning, &[(segment.id, by)]).await?;
    Ok(members.len())
}

fn negative(sums: Sums) -> Sums {
    Sums {
        members: -sums.members,
        reachable: -sums.reachable,
        transactions: -sums.transactions,
        spending: -sums.spending,
        spending_12m: -sums.spending_12m,
    }
}
