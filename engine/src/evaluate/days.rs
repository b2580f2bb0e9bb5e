//! Days as rules speak of them, seen from one day.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use super::interval::Interval;
use crate::calendar::day_number;
use crate::facts::Day;
use crate::rules::{DayBounds, Window, YearlyFact};

/// What a rule is evaluated with, besides the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The local day of the programme.
    pub today: NaiveDate,
    /// Digits behind the point of the programme's currency.
    pub digits: u32,
    /// What of spending remains as the programme's margin, 0 to 1.
    pub gross_margin: Decimal,
}

impl Moment {
    pub(super) fn today(&self) -> Day {
        day_number(self.today)
    }

    /// The same on another day.
    pub(super) fn on(self, today: NaiveDate) -> Self {
        Self { today, ..self }
    }

    /// The days that lie within bounds.
    pub(super) fn days(&self, bounds: &DayBounds) -> Interval {
        let DayBounds { on, from, to, last_days } = *bounds;
        let number = |day: NaiveDate| i64::from(day_number(day));
        let mut interval = Interval::EVERYTHING;
        if let Some(on) = on {
            interval = interval.and(number(on), number(on));
        }
        interval = interval.and(from.map_or(i64::MIN, number), to.map_or(i64::MAX, number));
        match last_days {
            Some(days) => interval.and(number(self.today) - days + 1, number(self.today)),
            None => interval,
        }
    }

    /// The days of a window; all days without one.
    pub(super) fn window(&self, window: Option<&Window>) -> Interval {
        let today = i64::from(self.today());
        match window {
            None => Interval::EVERYTHING,
            Some(Window::LastDays(days)) => Interval { least: today - days + 1, most: today },
            Some(Window::Between(bounds)) => self.days(bounds),
            Some(Window::DaysAgo { from, to }) => Interval { least: today - from.max(to), most: today - from.min(to) },
        }
    }

    /// Whole days since a day; none for one that is still to come.
    pub(super) fn since(&self, day: Day) -> i64 {
        i64::from(self.today()).saturating_sub(i64::from(day)).max(0)
    }
}

/// Full years since a birth date: the birthday of 29 February is 28 February in common years. Negative before the birth.
pub fn age(birth: NaiveDate, today: NaiveDate) -> i64 {
    let years = today.year() - birth.year();
    let reached = yearly(birth, today.year()) <= today;
    i64::from(years) - i64::from(!reached)
}

/// The next day of the year that belongs to a date: today or later, and for an anniversary a year after the date at least.
pub fn next_yearly(fact: YearlyFact, date: NaiveDate, today: NaiveDate) -> NaiveDate {
    let first = match fact {
        YearlyFact::Birthday => date.year(),
        YearlyFact::EnrolmentAnniversary => date.year() + 1,
    };
    let year = today.year().max(first);
    let day = yearly(date, year);
    if day < today { yearly(date, year + 1) } else { day }
}

/// The day of a year that belongs to a date.
pub(super) fn yearly(date: NaiveDate, year: i32) -> NaiveDate {
    // The one day that is missing in some years is 29 February.
    let before = || NaiveDate::from_ymd_opt(year, date.month(), date.day() - 1);
    date.with_year(year).or_else(before).unwrap_or(date)
}

/// A day so many days later; the last day of the calendar beyond it.
pub(super) fn later(day: NaiveDate, days: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or_default());
    day.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}
