//! A campaign fixes its audience, or its days change: what follows for memberships.

use entity::ids::{CampaignId, MemberId};

use super::decide::{Cause, decide};
use super::evaluation::evaluation_job;
use super::evaluation_store as store;
use super::log::{Log, Who};
use super::rule_set::RuleSet;
use crate::app::App;
use crate::audit::By;
use crate::db::Txn;
use crate::error::Fault;
use crate::figures::Reckoning;
use crate::{changes, jobs};

/// So many members are decided with the change; beyond, it is faster to look at everybody once more than at each of them,
/// and nobody waits for it.
pub const MOST_DECIDED: usize = 20_000;
/// How many members one note of the log of changes has.
const NOTED: usize = 5_000;
/// How many comings and goings one statement writes.
const WRITTEN: usize = 50_000;

/// Notes that members have a part in a campaign from now on, and lets the segments follow whose rules name it. The
/// transaction holds the rule set alone: nobody else touches facts, or decides, until it ends.
pub async fn audience_fixed(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    reckoning: &Reckoning,
    campaign: CampaignId,
    members: &[MemberId],
) -> Result<(), Fault> {
    if members.len() > MOST_DECIDED {
        changes::note_campaign(txn, campaign, reckoning.now).await?;
    } else {
        for members in members.chunks(NOTED) {
            changes::note(txn, members, reckoning.now).await?;
        }
    }
    days_changed(app, txn, by, reckoning, campaign, members).await
}

/// Lets the segments follow whose rules name a campaign, where that makes a difference for some members. Facts are what they
/// were: an evaluation under way sees by itself that the days are others. The transaction holds the rule set alone.
pub async fn days_changed(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    reckoning: &Reckoning,
    campaign: CampaignId,
    members: &[MemberId],
) -> Result<(), Fault> {
    let rules = RuleSet::deciding(txn).await?;
    if members.len() > MOST_DECIDED {
        for segment in rules.asking_for(campaign) {
            store::outdate(txn, segment, reckoning.now).await?;
            jobs::enqueue(app, txn, by, evaluation_job(segment, by.actor)).await?;
        }
        return Ok(());
    }
    let decided = decide(txn, reckoning, &rules.naming_campaign(campaign), members, Cause::Data).await?;
    if decided.is_empty() {
        return Ok(());
    }
    let mut moving: Vec<MemberId> = decided.iter().map(|one| MemberId(one.member_id)).collect();
    moving.sort_unstable();
    moving.dedup();
    let log = Log::open(txn, reckoning, &Who::Members(&moving), None).await?;
    for decided in decided.chunks(WRITTEN) {
        log.write_decided(decided).await?;
    }
    log.apply().await
}

/// Whether a rule that decides names a campaign.
pub async fn decides_by_campaign(txn: &Txn, campaign: CampaignId) -> Result<bool, Fault> {
    Ok(!RuleSet::deciding(txn).await?.asking_for(campaign).is_empty())
}
