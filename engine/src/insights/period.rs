//! The days that a figure is over.

use std::ops::Range;

use chrono::NaiveDate;

use crate::calendar::{FIRST_DAY, LAST_DAY, day_number, last_12_months};
use crate::facts::{Day, days_within};

/// Local days from one to another, both included; no day at all where the last lies before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// All days on which anything can have happened.
    pub const ALWAYS: Self = Self { from: FIRST_DAY, to: LAST_DAY };

    /// Days that may be open at either end.
    pub fn between(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Self {
        let (from, to) = (from.unwrap_or(FIRST_DAY), to.unwrap_or(LAST_DAY));
        Self { from: from.max(FIRST_DAY), to: to.min(LAST_DAY) }
    }

    /// The last 12 months, or the days since the launch where that is shorter; the last 12 months, too, where the launch is
    /// still to come.
    pub fn last_12_months_or_since_launch(today: NaiveDate, launched_on: NaiveDate) -> Self {
        let usual = Self::last_12_months(today);
        if launched_on > today { usual } else { Self { from: usual.from.max(launched_on), ..usual } }
    }

    /// The last 12 months.
    pub fn last_12_months(today: NaiveDate) -> Self {
        let (from, to) = last_12_months(today).into_inner();
        Self { from, to }
    }

    /// The same as far as it is over or running.
    #[must_use]
    pub fn until(self, today: NaiveDate) -> Self {
        Self { to: self.to.min(today), ..self }
    }

    /// Its days as their numbers.
    pub(super) fn numbers(&self) -> Days {
        Days { least: day_number(self.from), most: day_number(self.to) }
    }
}

/// The same as numbers of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) least: Day,
    pub(super) most: Day,
}

impl Days {
    pub(super) fn contain(self, day: Day) -> bool {
        self.least <= day && day <= self.most
    }

    /// Where they stand among rising days.
    pub(super) fn within(self, days: &[Day]) -> Range<usize> {
        days_within(days, self.least.into(), self.most.into())
    }
}
