//! A member's own rhythm: the gaps between the days on which it bought.

use chrono::NaiveDate;

use super::{ENOUGH_DAYS, Multiple, Presence};
use crate::calendar::{day_number, numbered_day};
use crate::facts::{Day, Facts, NO_DAY, PURCHASE};
use crate::figures::ratio;

/// A member's rhythm up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The last day on which it bought.
    last: Option<Day>,
    /// None with fewer than two gaps.
    twice_median: Option<i64>,
}

impl Rhythm {
    /// The rhythm of the member of a row, from the purchases up to a day.
    pub fn of(facts: &Facts, row: usize, today: NaiveDate) -> Self {
        let mut days = Vec::new();
        purchase_days(facts, row, day_number(today), &mut days);
        Self { last: days.last().copied(), twice_median: twice_median(&days) }
    }

    /// Median days between purchase days; none with fewer than two gaps.
    pub fn days(&self) -> Option<f64> {
        self.twice_median.map(|twice| ratio(twice, 2))
    }

    /// The same in half days, which is a whole number.
    pub fn half_days(&self) -> Option<i64> {
        self.twice_median
    }

    /// Whole days since the last purchase; none without one.
    pub fn days_since_last(&self, today: NaiveDate) -> Option<i64> {
        self.last.map(|last| i64::from(day_number(today)) - i64::from(last))
    }

    /// Whether the member is there.
    pub fn presence(&self, today: NaiveDate, multiple: Multiple) -> Presence {
        match self.missing_from(multiple) {
            None => Presence::InsufficientHistory,
            Some(day) if day <= today => Presence::Missing,
            Some(_) => Presence::Present,
        }
    }

    /// The first day on which the member is missing unless it buys before; none without a rhythm.
    pub fn missing_from(&self, multiple: Multiple) -> Option<NaiveDate> {
        let (last, twice_median) = self.last.zip(self.twice_median)?;
        let day = i64::from(last) + multiple.longest(twice_median) + 1;
        Some(numbered_day(Day::try_from(day).unwrap_or(Day::MAX)))
    }
}

/// Looks at many members, one after the other.
#[derive(Clone, Debug, Default)]
pub(in crate::insights) struct Look {
    /// The days on which the member bought, each once, rising.
    pub(super) days: Vec<Day>,
    /// The gaps between them.
    pub(super) gaps: Vec<Day>,
}

impl Look {
    /// Turns to the member of a row, as it was at the end of a day.
    #[inline]
    pub(in crate::insights) fn turn_to(&mut self, facts: &Facts, row: usize, until: Day) {
        purchase_days(facts, row, until, &mut self.days);
        gaps_between(&self.days, &mut self.gaps);
    }

    /// Whether the member has never bought.
    pub(in crate::insights) fn never_bought(&self) -> bool {
        self.days.is_empty()
    }

    /// Whether the member is there.
    #[inline]
    pub(in crate::insights) fn presence(&self, today: Day, multiple: Multiple) -> Presence {
        match self.days.last() {
            Some(last) if self.days.len() >= ENOUGH_DAYS => {
                let silence = i64::from(today) - i64::from(*last);
                if multiple.is_exceeded(silence, &self.gaps) { Presence::Missing } else { Presence::Present }
            }
            _ => Presence::InsufficientHistory,
        }
    }
}

/// The days up to a last one on which a member bought, each once, rising.
#[inline]
fn purchase_days(facts: &Facts, row: usize, until: Day, days: &mut Vec<Day>) {
    let places = facts.transactions_of(row);
    days.resize(places.len(), 0);
    let documents = facts.transactions.days[places.clone()].iter().zip(&facts.transactions.flags[places]);
    let (mut count, mut last) = (0, NO_DAY);
    for (day, flags) in documents {
        // Without a branch, as nobody can foresee which way it goes: a day that does not count is written over.
        let is_new = (flags & PURCHASE > 0) & (*day <= until) & (*day != last);
        days[count] = *day;
        count += usize::from(is_new);
        last = if is_new { *day } else { last };
    }
    days.truncate(count);
}

/// The gaps between rising days.
#[inline]
fn gaps_between(days: &[Day], gaps: &mut Vec<Day>) {
    gaps.clear();
    gaps.extend(days.windows(2).map(|pair| pair[1] - pair[0]));
}

/// Twice the median gap between rising days, so that it is whole; none with fewer than two gaps.
fn twice_median(days: &[Day]) -> Option<i64> {
    if days.len() < ENOUGH_DAYS {
        return None;
    }
    let mut gaps = Vec::new();
    gaps_between(days, &mut gaps);
    let middle = gaps.len() / 2;
    let is_even = gaps.len().is_multiple_of(2);
    let (lower, upper, _) = gaps.select_nth_unstable(middle);
    let upper = i64::from(*upper);
    let lower = if is_even { lower.iter().max().map_or(upper, |lower| i64::from(*lower)) } else { upper };
    Some(lower + upper)
}
