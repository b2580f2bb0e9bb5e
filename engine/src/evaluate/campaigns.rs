//! What came of campaigns for a member.

use super::known::Known;
use crate::facts::{Facts, PURCHASE, Participation, days_within};
use crate::groups::CampaignOutcome;

/// Whether something came of a campaign for the member of a row.
pub(super) fn came(facts: &Facts, row: usize, campaign: i64, outcome: CampaignOutcome, known: &Known) -> bool {
    let Some(one) = participation(facts, row, campaign) else { return false };
    match outcome {
        CampaignOutcome::HeldOut => one.is_held_out(),
        CampaignOutcome::Targeted => !one.is_held_out(),
        CampaignOutcome::Engaged => !one.is_held_out() && one.is_engaged(),
        CampaignOutcome::Converted => converting(facts, row, campaign, known).next().is_some(),
    }
}

/// All that came of a campaign for the member of a row, in words.
pub(super) fn all(facts: &Facts, row: usize, campaign: i64, known: &Known) -> Vec<&'static str> {
    let came = CampaignOutcome::ALL.into_iter().filter(|outcome| came(facts, row, campaign, *outcome, known));
    came.map(CampaignOutcome::name).collect()
}

/// The purchases of a targeted member in the campaign's days, by their places in the facts.
pub(super) fn converting<'f>(
    facts: &'f Facts,
    row: usize,
    campaign: i64,
    known: &Known,
) -> impl Iterator<Item = usize> + use<'f> {
    let is_targeted = participation(facts, row, campaign).is_some_and(|one| !one.is_held_out());
    let days = known.campaigns.get(&campaign).filter(|_| is_targeted);
    let places = facts.transactions_of(row);
    let within = days.map_or(0..0, |days| {
        days_within(&facts.transactions.days[places.clone()], (*days.start()).into(), (*days.end()).into())
    });
    let within = places.start + within.start..places.start + within.end;
    within.filter(|place| facts.transactions.flags[*place] & PURCHASE != 0)
}

fn participation(facts: &Facts, row: usize, campaign: i64) -> Option<Participation> {
    facts.campaigns.of(row).iter().find(|one| one.campaign() == campaign).copied()
}
