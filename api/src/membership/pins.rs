//! A person puts members into a DYNAMIC segment, or takes them out, whatever its rule says.

use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;

use super::decide::{Cause, decide};
use super::log::{Log, Who};
use super::pins_store as store;
use super::rule_set::RuleSet;
use crate::error::Fault;

/// How members are pinned.
#[derive(Clone, Copy, Debug)]
pub struct Pin<'a> {
    /// In, else out.
    pub inside: bool,
    /// Why they come or go where they do.
    pub reason: MembershipReason,
    /// What is said of it.
    pub note: Option<&'a str>,
    /// By whom.
    pub actor: &'a str,
}

/// Pins members of a segment in or out, and lets them come or go where they do not stand so already. Answers how many pins
/// were made or turned.
pub async fn pin(
    log: &mut Log<'_>,
    segment: &segment::Model,
    members: &[MemberId],
    pin: &Pin<'_>,
) -> Result<usize, Fault> {
    let changed = store::write(log.txn(), segment.id, members, pin, log.at()).await?;
    let kind = if pin.inside { MembershipEventKind::Joined } else { MembershipEventKind::Left };
    let moved = log.write(segment, &Who::Members(members), kind, pin.reason).await?;
    if pin.inside {
        store::set_via(log.txn(), segment.id, members).await?;
    }
    if moved > 0 {
        super::spread(log, segment.id, members).await?;
    }
    Ok(changed)
}

/// Takes pins away, so that the rule decides again, and at once. Answers how many there were.
pub async fn unpin(log: &mut Log<'_>, segment: SegmentId, members: &[MemberId]) -> Result<usize, Fault> {
    let changed = store::remove(log.txn(), segment, members).await?;
    if changed == 0 {
        return Ok(0);
    }
    store::set_via(log.txn(), segment, members).await?;
    let deciding = RuleSet::deciding(log.txn()).await?;
    let rules = deciding.of_and_naming(segment);
    let decided = decide(log.txn(), log.deciding(), &rules, members, Cause::Unpinned(segment)).await?;
    if !decided.is_empty() {
        log.write_decided(&decided).await?;
    }
    Ok(changed)
}
