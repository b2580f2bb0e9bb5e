//! A change of membership goes through the log: first the comings and goings are written there, then memberships and
//! figures follow from what was written. So the log, who belongs, and the figures never disagree.

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::log_store::{self, Event, MoveRow};
use crate::db::{self, Lock, Txn};
use crate::error::Fault;
use crate::figures::{self, Reckoning, SegmentMove};
use crate::webhooks;

/// The log, open for the comings and goings of one transaction.
///
/// Until the transaction ends nobody else writes to it: ids and instants rise in the order of the commits, on PostgreSQL
/// too, and who reads up to a row has missed none before it. Locks are taken in the order values of members, rule set,
/// programme, segments, members by id, the log, figures of segments by id.
pub struct Log<'a> {
    txn: &'a Txn,
    /// With an instant that does not lie before the log's last.
    reckoning: Reckoning,
    /// As it was given: its day is that of the rules.
    deciding: Reckoning,
    actor: Option<&'a str>,
    /// The last row before all of this transaction's.
    began: i64,
    /// The last row that memberships follow.
    after: i64,
    /// How the figures of segments move.
    moves: Vec<SegmentMove>,
}

/// Who comes or goes.
#[derive(Debug)]
pub enum Who<'a> {
    /// These.
    Members(&'a [MemberId]),
    /// Everybody who belongs to a segment.
    BelongingTo(SegmentId),
}

impl<'a> Log<'a> {
    /// Opens the log for changes of whom `members` names in the end; their figures stand still until the end of the
    /// transaction.
    pub async fn open(
        txn: &'a Txn,
        reckoning: &Reckoning,
        members: &Who<'_>,
        actor: Option<&'a str>,
    ) -> Result<Self, Fault> {
        match members {
            Who::Members(members) => figures::share_members(txn, members).await?,
            Who::BelongingTo(_) => figures::share_everybody(txn).await?,
        }
        Self::open_alone(txn, reckoning, actor).await
    }

    /// The same for a change after which there are no figures, or whose members are locked already.
    pub async fn open_alone(txn: &'a Txn, reckoning: &Reckoning, actor: Option<&'a str>) -> Result<Self, Fault> {
        db::lock(txn, Lock::MembershipLog).await?;
        let (after, at) = log_store::last(txn).await?;
        // A clock that was set back, or another machine's: the log's instants never fall.
        let deciding = *reckoning;
        let reckoning = Reckoning { now: reckoning.now.max(at), ..deciding };
        Ok(Self { txn, reckoning, deciding, actor, began: after, after, moves: Vec::new() })
    }

    /// Writes the coming of those who do not belong yet, or the leaving of those who do; answers how many.
    pub async fn write(
        &self,
        segment: &segment::Model,
        who: &Who<'_>,
        kind: MembershipEventKind,
        reason: MembershipReason,
    ) -> Result<usize, Fault> {
        log_store::write(self.txn, segment, who, &Event { kind, reason, at: self.at(), actor: self.actor }).await
    }

    /// Writes that somebody leaves every segment, inactive ones too; answers how many.
    pub async fn write_leaving(&self, member: MemberId, reason: MembershipReason) -> Result<usize, Fault> {
        let event = Event { kind: MembershipEventKind::Left, reason, at: self.at(), actor: self.actor };
        log_store::write_leaving(self.txn, member, &event).await
    }

    /// Writes what rules have decided, of members whose memberships stand still.
    pub(super) async fn write_decided(&self, decided: &[MoveRow]) -> Result<(), Fault> {
        log_store::write_decided(self.txn, decided, self.at(), self.actor).await
    }

    /// Lets memberships and stays follow what was written so far, and whoever wants to know be told.
    pub async fn follow(&mut self) -> Result<(), Fault> {
        let moves = log_store::moves(self.txn, self.after).await?;
        if moves.iter().any(|one| one.joiners > 0) {
            log_store::apply_joined(self.txn, self.after).await?;
        }
        if moves.iter().any(|one| one.leavers > 0) {
            log_store::apply_left(self.txn, self.after).await?;
        }
        if !moves.is_empty() {
            webhooks::membership_events(self.txn, self.after, self.at()).await?;
            (self.after, _) = log_store::last(self.txn).await?;
            db::notify(self.txn, super::CHANNEL).await?;
        }
        self.moves.extend(moves);
        Ok(())
    }

    /// Lets memberships, stays and figures follow.
    pub async fn apply(self) -> Result<(), Fault> {
        self.apply_with(Vec::new()).await
    }

    /// The same, with what else moves the figures of segments: what their members add to them.
    pub async fn apply_with(mut self, shares: Vec<SegmentMove>) -> Result<(), Fault> {
        self.follow().await?;
        let moves = std::mem::take(&mut self.moves);
        let moves = figures::merged(moves.into_iter().chain(shares).collect());
        figures::move_segments(self.txn, &self.reckoning, &moves).await?;
        if self.after > self.began { figures::move_predicted(self.txn, self.began).await } else { Ok(()) }
    }

    /// Ends a change after which nothing is left that could follow; whoever wants to know is told.
    pub async fn close(self) -> Result<(), Fault> {
        webhooks::membership_events(self.txn, self.after, self.at()).await?;
        db::notify(self.txn, super::CHANNEL).await
    }

    /// When all of it happens.
    pub fn at(&self) -> Millis {
        self.reckoning.now
    }

    /// The transaction.
    pub fn txn(&self) -> &'a Txn {
        self.txn
    }

    /// What rules decide with, however far the log is.
    pub fn deciding(&self) -> &Reckoning {
        &self.deciding
    }
}
