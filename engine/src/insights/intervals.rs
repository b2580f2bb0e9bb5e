//! Periods, cut into days, weeks or months.

use std::iter::successors;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::period::Period;
use crate::calendar::{FIRST_DAY, LAST_DAY, day_number, numbered_day};
use crate::facts::Day;

/// How long an interval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interval {
    /// A local day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// The first day of the interval that a day lies in.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => {
                day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day)
            }
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// The first day after the interval that begins on a day.
    pub fn after(self, start: NaiveDate) -> NaiveDate {
        let later = match self {
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
        };
        later.unwrap_or(NaiveDate::MAX)
    }
}

/// The intervals that hold a day of a period, and in which of them each day of the period lies.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    first: Day,
    slots: Vec<u32>,
    /// The first day of each interval, which may lie before the period.
    pub(super) starts: Vec<NaiveDate>,
}

impl Slots {
    pub(super) fn new(period: Period, interval: Interval) -> Self {
        let (from, to) = (period.from.max(FIRST_DAY), period.to.min(LAST_DAY));
        let all = successors(Some(interval.start(from)), |start| Some(interval.after(*start)));
        let starts: Vec<NaiveDate> = all.take_while(|start| *start <= to).collect();
        let (first, last) = (day_number(from), day_number(to));
        let starts = if first > last { Vec::new() } else { starts };
        let mut slot = 0;
        let slots = (first..=last).map(|day| {
            let next = starts.get(slot as usize + 1);
            slot += u32::from(next.is_some_and(|next| *next <= numbered_day(day)));
            slot
        });
        Self { first, slots: slots.collect(), starts }
    }

    /// The interval of a day; none for days outside the period.
    #[inline]
    pub(super) fn of(&self, day: Day) -> Option<usize> {
        let offset = usize::try_from(i64::from(day) - i64::from(self.first)).ok()?;
        self.slots.get(offset).map(|slot| *slot as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }
}
