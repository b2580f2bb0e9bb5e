//! What the members of a campaign did, from their facts.

use std::ops::{Range, RangeInclusive};

use roaring::RoaringTreemap;

use super::arm::Arm;
use super::holdout::Audience;
use crate::facts::{Day, Facts, PURCHASE, days_within};

/// Sums over both sides of a campaign, that merge over parts of the facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignSums {
    /// Those who got it.
    pub targeted: Arm,
    /// Those who were left alone.
    pub held_out: Arm,
}

impl CampaignSums {
    /// Adds up what the members of an audience did who stand in some facts, within the campaign's days, both ends included.
    /// Needs transactions, not their lines. Members of the audience who stand in no facts, such as erased ones, do not
    /// count on either side.
    pub fn of(facts: &Facts, audience: &Audience, days: &RangeInclusive<Day>) -> Self {
        Self { targeted: arm(facts, &audience.targeted, days), held_out: arm(facts, &audience.held_out, days) }
    }

    /// Those of both.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        Self { targeted: self.targeted.merged(&other.targeted), held_out: self.held_out.merged(&other.held_out) }
    }
}

fn arm(facts: &Facts, members: &RoaringTreemap, days: &RangeInclusive<Day>) -> Arm {
    let mut arm = Arm::default();
    for row in rows(facts.members(), members) {
        let all = facts.transactions_of(row);
        let within = days_within(&facts.transactions.days[all.clone()], (*days.start()).into(), (*days.end()).into());
        let (during, after) = (all.start + within.start..all.start + within.end, all.start + within.end..all.end);
        let spending = facts.transactions.nets[during.clone()].iter().sum();
        let bought_after = purchases(facts, after) > 0;
        arm.push(spending, purchases(facts, during.clone()), !during.is_empty(), bought_after);
    }
    arm
}

fn purchases(facts: &Facts, places: Range<usize>) -> i64 {
    facts.transactions.flags[places].iter().map(|flags| i64::from(flags & PURCHASE)).sum()
}

/// Where the members of a set stand among others; both rise, so that each is looked at once. The set may be far larger
/// than this part of the facts, or far smaller.
fn rows<'f>(ids: &'f [i64], set: &'f RoaringTreemap) -> impl Iterator<Item = usize> + use<'f> {
    let mut members = set.iter();
    members.advance_to(ids.first().map_or(u64::MAX, |id| id.cast_unsigned()));
    let last = ids.last().map_or(0, |id| id.cast_unsigned());
    let mut from = 0;
    members.take_while(move |member| *member <= last).filter_map(move |member| {
        let member = member.cast_signed();
        // Ids are whole numbers: nobody stands farther ahead than its id does, and most of an audience stand near.
        let ahead = ids.get(from).map_or(0, |id| usize::try_from(member - id).unwrap_or(0));
        let until = ids.len().min(from + ahead + 1);
        let found = ids[from..until].binary_search(&member);
        from += found.unwrap_or_else(|place| place);
        found.is_ok().then_some(from)
    })
}
