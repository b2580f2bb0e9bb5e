//! A campaign fixes its audience, or its days change: what follows for memberships.

use entity::ids::{CampaignId, MemberId};

use super::decide::{Cause, decide};
use super::log::{Log, Who};
use super::rule_set::RuleSet;
use crate::changes;
use crate::db::Txn;
use crate::error::Fault;
use crate::figures::Reckoning;

/// Beyond so many it is faster to read everybody's parts in campaigns once more than the facts of each of them.
const MOST_NOTED: usize = 20_000;
/// How many members one note of the log of changes has.
const NOTED: usize = 5_000;
/// How many comings and goings one statement writes.
const WRITTEN: usize = 50_000;

/// Notes that the parts of members in a campaign have changed, and lets the segments follow whose rules name it. The
/// transaction holds the rule set alone: nobody else touches facts, or decides, until it ends.
pub async fn campaign_changed(
    txn: &Txn,
    reckoning: &Reckoning,
    campaign: CampaignId,
    members: &[MemberId],
) -> Result<(), Fault> {
    if members.len() > MOST_NOTED {
        changes::note_campaigns(txn, reckoning.now).await?;
    } else {
        for members in members.chunks(NOTED) {
            changes::note(txn, members, reckoning.now).await?;
        }
    }
    let rules = RuleSet::deciding(txn).await?.naming_campaign(campaign);
    let decided = decide(txn, reckoning, &rules, members, Cause::Data).await?;
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
    Ok(!RuleSet::deciding(txn).await?.naming_campaign(campaign).is_empty())
}
