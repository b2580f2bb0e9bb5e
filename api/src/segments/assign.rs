//! Members come to and leave a segment by hand.

use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason, SegmentKind};
use entity::segment;

use super::create::read;
use super::row_store::Hold;
use super::{SegmentRef, SegmentRow, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::auth::Caller;
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::members::{self, MemberRef, Unresolved};
use crate::membership::{self, Log, Pin, Who};
use crate::text_input::{length, optional};

/// How many members one call may name.
pub const MOST_MEMBERS: usize = 50_000;

/// Which members, and which segment.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The segment.
    pub segment: SegmentRef,
    /// At most [`MOST_MEMBERS`].
    pub members: Vec<MemberRef>,
    /// What is said of a pin.
    pub note: Option<String>,
}

/// What is to be done with the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    In,
    Out,
    Unpin,
}

/// What an assignment did.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The segment as it is now.
    pub segment: SegmentRow,
    /// Members who came, or left; of a DYNAMIC segment, pins that were made, turned, or taken away.
    pub changed: usize,
    /// Members who stood so already.
    pub unchanged: usize,
    /// Places of members that could not be found; the others were assigned.
    pub problems: Vec<(usize, Unresolved)>,
}

/// Adds members to a MANUAL segment, or pins them into a DYNAMIC one. Members that do not exist are named; the others are
/// added.
pub async fn assign(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, Move::In).await
}

/// Takes members out of a MANUAL segment, or pins them out of a DYNAMIC one. Members that do not exist are named; the
/// others are taken out.
pub async fn unassign(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, Move::Out).await
}

/// Takes the pins of members away, so that the rule decides again. Members that do not exist are named.
pub async fn unpin(app: &App, caller: &Caller, assignment: &Assignment) -> Result<Assigned, Stop> {
    run(app, caller, assignment, Move::Unpin).await
}

async fn run(app: &App, caller: &Caller, assignment: &Assignment, what: Move) -> Result<Assigned, Stop> {
    let note = match &assignment.note {
        Some(note) => optional(note, length::NOTE, &["input", "note"])?,
        None => None,
    };
    if assignment.members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} members");
        return Err(Refusal::new(RefusalCode::TooMany, message, &["input", "members"]).into());
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let segment = hold_open(&txn, &assignment.segment).await?;
        let (known, problems) = known(&txn, &assignment.members).await?;
        let changed = match (what, segment.kind) {
            (Move::Unpin, SegmentKind::Dynamic) => {
                let mut log = Log::open(&txn, &reckoning, &Who::Members(&known), Some(&caller.email)).await?;
                let changed = membership::unpin(&mut log, segment.id, &known).await?;
                log.apply().await?;
                changed
            }
            (Move::Unpin, SegmentKind::Manual | SegmentKind::External) => {
                let message = "only a DYNAMIC segment has pins";
                return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into());
            }
            (Move::In, _) => {
                let by_hand = ByHand {
                    kind: MembershipEventKind::Joined,
                    reason: MembershipReason::Assigned,
                    note: note.as_deref(),
                };
                move_by_hand(&txn, &reckoning, &segment, &known, &by_hand, caller.by()).await?
            }
            (Move::Out, _) => {
                let by_hand = ByHand {
                    kind: MembershipEventKind::Left,
                    reason: MembershipReason::Unassigned,
                    note: note.as_deref(),
                };
                move_by_hand(&txn, &reckoning, &segment, &known, &by_hand, caller.by()).await?
            }
        };
        if changed > 0 {
            let (action, done) = match (what, segment.kind) {
                (Move::In, SegmentKind::Manual | SegmentKind::External) => ("assignMembers", "joined"),
                (Move::In, SegmentKind::Dynamic) => ("assignMembers", "pinnedIn"),
                (Move::Out, SegmentKind::Manual | SegmentKind::External) => ("unassignMembers", "left"),
                (Move::Out, SegmentKind::Dynamic) => ("unassignMembers", "pinnedOut"),
                (Move::Unpin, _) => ("unpinMembers", "unpinned"),
            };
            // Who they were stands in the log of memberships, and among the pins.
            let entry = trace(action, &segment, Changes::none().new_field(done, changed));
            audit::write(app, &txn, caller.by(), entry).await?;
        }
        let segment = read(&txn, segment.id).await?;
        txn.commit().await?;
        Ok(Assigned { segment, changed, unchanged: known.len() - changed, problems })
    })
    .await
}

/// Adds the members of a chunk of a file, or pins them into a DYNAMIC segment. Answers how many came or were pinned, and the places of numbers that nobody has.
pub async fn import_in(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: SegmentId,
    members: &[MemberRef],
    by: By<'_>,
) -> Result<(usize, Vec<(usize, Unresolved)>), Stop> {
    let segment = hold_open(txn, &SegmentRef::Id(segment)).await?;
    let (known, problems) = known(txn, members).await?;
    let by_hand = ByHand { kind: MembershipEventKind::Joined, reason: MembershipReason::Imported, note: None };
    let joined = move_by_hand(txn, reckoning, &segment, &known, &by_hand, by).await?;
    Ok((joined, problems))
}

/// The segment, kept from being changed, if members may come and go by hand.
async fn hold_open(txn: &Txn, segment: &SegmentRef) -> Result<segment::Model, Stop> {
    let segment = segment.hold(txn, Hold::Kept).await?;
    if !segment.active {
        let message = "the segment is inactive: its membership stands still";
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into());
    }
    if segment.kind == SegmentKind::External {
        let message = "the members of an EXTERNAL segment are pushed by its partner alone";
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

/// How members come or go by hand.
pub(super) struct ByHand<'a> {
    pub(super) kind: MembershipEventKind,
    pub(super) reason: MembershipReason,
    pub(super) note: Option<&'a str>,
}

/// Lets members come or go by hand, and the segments follow whose rules name this one. Answers how many came or went, or
/// how many pins were made or turned.
pub(super) async fn move_by_hand(
    txn: &Txn,
    reckoning: &Reckoning,
    segment: &segment::Model,
    members: &[MemberId],
    by_hand: &ByHand<'_>,
    by: By<'_>,
) -> Result<usize, Fault> {
    let ByHand { kind, reason, note } = *by_hand;
    let who = Who::Members(members);
    let mut log = Log::open(txn, reckoning, &who, Some(by.actor)).await?;
    let changed = match segment.kind {
        SegmentKind::Dynamic => {
            let pin = Pin { inside: kind == MembershipEventKind::Joined, reason, note, actor: by.actor };
            membership::pin(&mut log, segment, members, &pin).await?
        }
        SegmentKind::Manual | SegmentKind::External => {
            let moved = log.write(segment, &who, kind, reason).await?;
            if moved > 0 {
                membership::spread(&mut log, segment.id, members).await?;
            }
            moved
        }
    };
    log.apply().await?;
    Ok(changed)
}
