//! The points of all ledgers, added up.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::analysis::{PointsAnalysis, PointsByOrigin};
use super::daily::Daily;
use crate::facts::{Day, Dictionary, Facts, NO_TEXT};
use crate::insights::per_text::PerText;
use crate::insights::{Among, Figure, Period};
use crate::ledger::PointsMove;

/// What was earned, redeemed, expired and adjusted, over all time or in a period that may be open at either end.
#[derive(Clone, Debug)]
pub struct PointsFlow {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// The local day.
    pub today: NaiveDate,
    /// Whom it is over.
    pub among: Among,
}

/// What some parts say together.
#[derive(Debug, Default)]
pub struct PointsPart {
    pub(super) daily: Daily,
    /// Enrolled, or with an entry in the period.
    pub(super) members: i64,
    pub(super) earners: i64,
    pub(super) redeemers: i64,
    /// By the text in which spellings agree; the first one without an origin.
    origins: BTreeMap<String, PointsByOrigin>,
}

/// What came from one origin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Earned {
    entries: u32,
    points: i64,
}

impl Figure for PointsFlow {
    type Part = PointsPart;
    type Answer = PointsAnalysis;

    fn part(&self, facts: &Facts, dictionary: &Dictionary) -> PointsPart {
        let days = Period::between(self.from, self.to).numbers();
        let entries = &facts.points;
        let mut part = PointsPart::default();
        if let Some((first, last)) = self.span(facts) {
            part.daily = Daily::between(first, last);
        }
        let mut origins = PerText::<Earned>::new();
        for row in self.among.rows(facts) {
            let places = facts.points_of(row);
            let within = days.within(&entries.days[places.clone()]);
            let (mut has_earned, mut has_redeemed) = (false, false);
            for place in places.start + within.start..places.start + within.end {
                let (kind, points) = (entries.kinds[place], i64::from(entries.points[place]));
                if let Some(moves) = part.daily.at(entries.days[place]) {
                    moves.add(kind, points);
                }
                has_redeemed |= kind == PointsMove::Redeemed;
                if kind == PointsMove::Earned {
                    has_earned = true;
                    let earned = origins.at(entries.origins[place]);
                    *earned = Earned { entries: earned.entries + 1, points: earned.points + points };
                }
            }
            part.members += i64::from(!within.is_empty() || facts.profiles.is_enrolled(row));
            part.earners += i64::from(has_earned);
            part.redeemers += i64::from(has_redeemed);
        }
        for (origin, earned) in origins.into_pairs() {
            let (folded, spelt) = dictionary.told_apart(origin);
            let spelt = (origin != NO_TEXT).then(|| spelt.to_owned());
            part.origins.insert(folded.to_owned(), PointsByOrigin { origin: spelt, earned: earned.points });
        }
        part
    }

    fn merge(&self, whole: &mut PointsPart, part: PointsPart) {
        whole.daily.merge(part.daily);
        whole.members += part.members;
        whole.earners += part.earners;
        whole.redeemers += part.redeemers;
        for (key, one) in part.origins {
            let known = whole.origins.entry(key).or_insert(PointsByOrigin { earned: 0, ..one.clone() });
            known.earned += one.earned;
        }
    }

    fn answer(&self, mut whole: PointsPart) -> PointsAnalysis {
        let mut by_origin: Vec<PointsByOrigin> = std::mem::take(&mut whole.origins).into_values().collect();
        // Stable: of equals the one whose text comes first.
        by_origin.sort_by_key(|one| std::cmp::Reverse(one.earned));
        PointsAnalysis::of(self, whole, by_origin)
    }
}

impl PointsFlow {
    /// The first and the last day on which those whom it is over have an entry in the period.
    fn span(&self, facts: &Facts) -> Option<(Day, Day)> {
        let days = Period::between(self.from, self.to).numbers();
        let of_rows = self.among.rows(facts).filter_map(|row| {
            // Those of a member rise.
            let of_row = &facts.points.days[facts.points_of(row)];
            let within = &of_row[days.within(of_row)];
            within.first().copied().zip(within.last().copied())
        });
        of_rows.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }
}
