//! A change of membership goes through the log: first the comings and goings are written there, then memberships and
//! figures follow from what was written. So the log, who belongs, and the figures never disagree.

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::log_store::{self, Event};
use crate::db::{self, Lock, Txn};
use crate::error::Fault;
use crate::figures::{self, Reckoning};

/// The log, open for the comings and goings of one transaction.
///
/// Until the transaction ends nobody else writes to it: ids and instants rise in the order of the commits, on PostgreSQL
/// too, and who reads up to a row has missed none before it. Locks are taken in the order programme, segments, members
/// by id, the log, figures of segments by id.
pub(super) struct Log<'a> {
    txn: &'a Txn,
    reckoning: Reckoning,
    actor: &'a str,
    /// The last row before ours.
    after: i64,
}

/// Who comes or goes.
pub(super) enum Who<'a> {
    /// These.
    Members(&'a [MemberId]),
    /// Everybody who belongs to a segment.
    BelongingTo(SegmentId),
}

impl<'a> Log<'a> {
    /// Opens the log for changes of whom `members` names in the end; their figures stand still until the end of the
    /// transaction.
    pub(super) async fn open(
        txn: &'a Txn,
        reckoning: &Reckoning,
        members: &Who<'_>,
        actor: &'a str,
    ) -> Result<Self, Fault> {
        match members {
            Who::Members(members) => figures::share_members(txn, members).await?,
            Who::BelongingTo(_) => figures::share_everybody(txn).await?,
        }
        Self::open_alone(txn, reckoning, actor).await
    }

    /// The same for a change after which there are no figures.
    pub(super) async fn open_alone(txn: &'a Txn, reckoning: &Reckoning, actor: &'a str) -> Result<Self, Fault> {
        db::lock(txn, Lock::MembershipLog).await?;
        let (after, at) = log_store::last(txn).await?;
        // A clock that was set back, or another machine's: the log's instants never fall.
        let reckoning = Reckoning { now: reckoning.now.max(at), ..*reckoning };
        Ok(Self { txn, reckoning, actor, after })
    }

    /// Writes the coming of those who do not belong yet, or the leaving of those who do; answers how many.
    pub(super) async fn write(
        &self,
        segment: &segment::Model,
        who: &Who<'_>,
        kind: MembershipEventKind,
        reason: MembershipReason,
    ) -> Result<usize, Fault> {
        log_store::write(self.txn, segment, who, &Event { kind, reason, at: self.at(), actor: self.actor }).await
    }

    /// Lets memberships, stays and figures follow.
    pub(super) async fn apply(self) -> Result<(), Fault> {
        let moves = log_store::moves(self.txn, self.after).await?;
        if moves.iter().any(|one| one.joiners > 0) {
            log_store::apply_joined(self.txn, self.after).await?;
        }
        if moves.iter().any(|one| one.leavers > 0) {
            log_store::apply_left(self.txn, self.after).await?;
        }
        figures::move_segments(self.txn, &self.reckoning, &moves).await
    }

    /// When all of it happens.
    pub(super) fn at(&self) -> Millis {
        self.reckoning.now
    }
}
