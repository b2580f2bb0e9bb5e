//! What the members of campaigns did, from their facts.

use std::ops::{Range, RangeInclusive};

use super::arm::Arm;
use crate::facts::{Day, Dictionary, Facts, PURCHASE, days_within};
use crate::insights::{Among, Figure};

/// Sums over both sides of a campaign, that merge over parts of the facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignSums {
    /// Those who got it.
    pub targeted: Arm,
    /// Those who were left alone.
    pub held_out: Arm,
}

/// What both sides of campaigns did, each in its days, all of them in one pass. Needs parts in campaigns, and transactions
/// without their lines. Members who stand in no facts, such as erased ones, count on neither side.
#[derive(Clone, Debug)]
pub struct Sides(Vec<(i64, RangeInclusive<Day>)>);

/// What some members did in some days. Needs transactions, not their lines.
#[derive(Clone, Debug)]
pub struct Side {
    /// Whom it is over.
    pub among: Among,
    /// Both ends included.
    pub days: RangeInclusive<Day>,
}

impl CampaignSums {
    /// Those of both.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        Self { targeted: self.targeted.merged(&other.targeted), held_out: self.held_out.merged(&other.held_out) }
    }
}

impl Sides {
    /// Campaigns by their ids, each with its days, both ends included.
    pub fn new(mut campaigns: Vec<(i64, RangeInclusive<Day>)>) -> Self {
        campaigns.sort_unstable_by_key(|(id, _)| *id);
        Self(campaigns)
    }
}

impl Figure for Sides {
    /// In the order of the ids.
    type Part = Vec<CampaignSums>;
    /// By id, rising.
    type Answer = Vec<(i64, CampaignSums)>;

    fn part(&self, facts: &Facts, _: &Dictionary) -> Self::Part {
        let mut all = vec![CampaignSums::default(); self.0.len()];
        for row in 0..facts.len() {
            for part in facts.campaigns.of(row) {
                let Ok(place) = self.0.binary_search_by_key(&part.campaign(), |(id, _)| *id) else { continue };
                let sums = &mut all[place];
                let side = if part.is_held_out() { &mut sums.held_out } else { &mut sums.targeted };
                side.add(facts, row, &self.0[place].1);
            }
        }
        all
    }

    fn merge(&self, whole: &mut Self::Part, part: Self::Part) {
        whole.resize(self.0.len(), CampaignSums::default());
        whole.iter_mut().zip(&part).for_each(|(sums, others)| *sums = sums.merged(others));
    }

    fn answer(&self, mut whole: Self::Part) -> Self::Answer {
        whole.resize(self.0.len(), CampaignSums::default());
        self.0.iter().map(|(id, _)| *id).zip(whole).collect()
    }
}

impl Figure for Side {
    type Part = Arm;
    type Answer = Arm;

    fn part(&self, facts: &Facts, _: &Dictionary) -> Arm {
        let mut arm = Arm::default();
        self.among.rows(facts).for_each(|row| arm.add(facts, row, &self.days));
        arm
    }

    fn merge(&self, whole: &mut Arm, part: Arm) {
        *whole = whole.merged(&part);
    }

    fn answer(&self, whole: Arm) -> Arm {
        whole
    }
}

/// For so many days after a campaign whoever buys again counts as one who stayed.
pub const STAYING: Day = 90;

impl Arm {
    fn add(&mut self, facts: &Facts, row: usize, days: &RangeInclusive<Day>) {
        let all = facts.transactions_of(row);
        let dates = &facts.transactions.days[all.clone()];
        let within = days_within(dates, (*days.start()).into(), (*days.end()).into());
        let last = i64::from(*days.end());
        let after = days_within(dates, last + 1, last + i64::from(STAYING));
        let places = |some: Range<usize>| all.start + some.start..all.start + some.end;
        let spending = facts.transactions.nets[places(within.clone())].iter().sum();
        let bought_after = purchases(facts, places(after)) > 0;
        self.push(spending, purchases(facts, places(within.clone())), !within.is_empty(), bought_after);
    }
}

fn purchases(facts: &Facts, places: Range<usize>) -> i64 {
    facts.transactions.flags[places].iter().map(|flags| i64::from(flags & PURCHASE)).sum()
}
