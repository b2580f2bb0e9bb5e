//! Members come to and leave a segment by hand.

use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::create::read;
use super::log::{Log, Who};
use super::store::Hold;
use super::{SegmentRef, SegmentRow, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
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
    run(app, caller, assignment, MembershipEventKind::Joined).await
}

/// Takes members out of a MANUAL segment. Members that do not exist are named; the others are taken out.
pub async fn unassign(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, MembershipEventKind::Left).await
}

async fn run(app: &App, caller: &Caller, assignment: &Assignment, kind: MembershipEventKind) -> Result<Assigned, Stop> {
    if assignment.members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} members");
        return Err(Refusal::new(RefusalCode::TooMany, message, &["input", "members"]).into());
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let segment = hold_open(&txn, &assignment.segment).await?;
        let (known, problems) = known(&txn, &assignment.members).await?;
        let changed = move_by_hand(&txn, &reckoning, &segment, &known, kind, caller.by()).await?;
        if changed > 0 {
            let (action, what) = match kind {
                MembershipEventKind::Joined => ("assignMembers", "joined"),
                MembershipEventKind::Left => ("unassignMembers", "left"),
            };
            // Who they were stands in the log of memberships.
            let entry = trace(action, &segment, Changes::none().new_field(what, changed));
            audit::write(app, &txn, caller.by(), entry).await?;
        }
        let segment = read(&txn, segment.id).await?;
        txn.commit().await?;
        Ok(Assigned { segment, changed, unchanged: known.len() - changed, problems })
    })
    .await
}

/// Adds the members of a chunk of a file. Answers how many came, and the places of numbers that nobody has.
pub async fn import_in(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: SegmentId,
    members: &[MemberRef],
    by: By<'_>,
) -> Result<(usize, Vec<(usize, Unresolved)>), Stop> {
    let segment = hold_open(txn, &SegmentRef::Id(segment)).await?;
    let (known, problems) = known(txn, members).await?;
    let who = Who::Members(&known);
    let log = Log::open(txn, reckoning, &who, by.actor).await?;
    let joined = log.write(&segment, &who, MembershipEventKind::Joined, MembershipReason::Imported).await?;
    log.apply().await?;
    Ok((joined, problems))
}

/// The segment, kept from being changed, if members may come and go.
async fn hold_open(txn: &Txn, segment: &SegmentRef) -> Result<segment::Model, Stop> {
    let segment = segment.hold(txn, Hold::Kept).await?;
    if !segment.active {
        let message = "the segment is inactive: its membership stands still";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into());
    }
    Ok(segment)
}

/// The members that are known, each once and in the order of their ids, and the places of those that are not.
async fn known(txn: &Txn, members: &[MemberRef]) -> Result<(Vec<MemberId>, Vec<(usize, Unresolved)>), Fault> {
    let (mut known, mut problems) = (Vec::with_capacity(members.len()), Vec::new());
    for (place, found) in members::resolve(txn, members).await?.into_iter().enumerate() {
        match found {
            Ok(member) => known.push(member),
            Err(why) => problems.push((place, why)),
        }
    }
    known.sort_unstable();
    known.dedup();
    Ok((known, problems))
}

/// Lets members come or go by hand and answers how many did.
pub(super) async fn move_by_hand(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: &segment::Model,
    members: &[MemberId],
    kind: MembershipEventKind,
    by: By<'_>,
) -> Result<usize, Fault> {
    let reason = match kind {
        MembershipEventKind::Joined => MembershipReason::Assigned,
        MembershipEventKind::Left => MembershipReason::Unassigned,
    };
    let who = Who::Members(members);
    let log = Log::open(txn, reckoning, &who, by.actor).await?;
    let moved = log.write(segment, &who, kind, reason).await?;
    log.apply().await?;
    Ok(moved)
}
