//! What a transaction has touched, and what follows from it, once, at its end.

use engine::evaluate::Known;
use entity::ids::MemberId;

use super::decide::{Cause, decide_seeing};
use super::log::Log;
use super::pushed;
use super::rule_set::RuleSet;
use crate::changes;
use crate::db::Txn;
use crate::error::Fault;
use crate::figures::{self, Reckoning, Share};

/// Members of whom something that rules look at was changed, and what that adds to the figures of the segments they
/// belong to.
#[derive(Debug, Default)]
#[must_use = "memberships and figures follow when it is settled"]
pub struct Touched {
    members: Vec<MemberId>,
    shares: Vec<Share>,
}

impl Touched {
    /// Members, whose rows are locked, and what moves with them.
    pub fn new(members: Vec<MemberId>, shares: Vec<Share>) -> Self {
        Self { members, shares }
    }

    /// All that two operations of one transaction have touched.
    pub fn and(mut self, other: Self) -> Self {
        self.members.extend(other.members);
        self.shares.extend(other.shares);
        self
    }
}

/// Decides whom rules let come and go now, and lets the log, memberships and figures follow. The last step of every
/// transaction that touches what rules look at: each member comes or goes once, however often it was touched.
pub async fn settle(txn: &Txn, reckoning: &Reckoning, touched: Touched) -> Result<(), Fault> {
    let Touched { mut members, mut shares } = touched;
    members.sort_unstable();
    members.dedup();
    changes::note(txn, &members, reckoning.now).await?;
    let (mut log, mut moved) = (None, Vec::new());
    let known = pushed::become_known(txn, reckoning, &members).await?;
    if !known.is_empty() {
        // Before rules decide, which may name the segments that they come to; and after what they add to the others.
        moved = figures::shared(txn, &std::mem::take(&mut shares)).await?;
        let log = log.insert(Log::open_alone(txn, reckoning, None).await?);
        log.write_decided(&known).await?;
        log.follow().await?;
    }
    let rules = if members.is_empty() { RuleSet::default() } else { RuleSet::deciding(txn).await? };
    let decided = if rules.is_empty() {
        moved.extend(figures::shared(txn, &shares).await?);
        Vec::new()
    } else {
        // Whom each of them belongs to is read anyway.
        let see = |known: &Known| moved.extend(figures::shared_among(&shares, &known.members));
        decide_seeing(txn, reckoning, &rules, &members, Cause::Data, see).await?
    };
    if log.is_none() && !decided.is_empty() {
        log = Some(Log::open_alone(txn, reckoning, None).await?);
    }
    match log {
        None => figures::move_segments(txn, reckoning, &figures::merged(moved)).await,
        Some(log) => {
            if !decided.is_empty() {
                log.write_decided(&decided).await?;
            }
            log.apply_with(moved).await
        }
    }
}
