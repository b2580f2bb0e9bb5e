//! What the models know of a customer: how often it came back, when last, and since when it is one.

use std::ops::Range;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::day_number;
use crate::facts::{Day, Facts, PURCHASE};

/// Days in a week: the models count time in weeks.
const WEEK: f64 = 7.0;

/// A customer's purchases as the models see them, counted in days: one purchase a day, the first one not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct History {
    /// Days with a purchase after the day of the first one: x.
    pub repeats: u32,
    /// Days from the first purchase to the last one: t_x; 0 without repeats.
    pub last: u32,
    /// Days from the first purchase to the day as of which it is looked at: T.
    pub age: u32,
}

/// A customer's history together with what its repeats were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// When it bought.
    pub history: History,
    /// What the purchases after the first day come to, in minor units.
    pub repeat_spending: i64,
}

/// A history in weeks, the unit of the models' parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// Repeats: x.
    pub repeats: f64,
    /// Weeks from the first purchase to the last one: t_x.
    pub last: f64,
    /// Weeks from the first purchase until now: T.
    pub age: f64,
}

/// Bits that hold any number of days between the first and the last day that are accepted anywhere.
const DAY_BITS: u32 = 17;
const DAY_MASK: u64 = (1 << DAY_BITS) - 1;

impl History {
    /// The same in weeks.
    pub fn past(&self) -> Past {
        Past { repeats: self.repeats.into(), last: weeks(self.last), age: weeks(self.age) }
    }

    /// All of it in one number, in the same order: numbers sort and hash faster than structures.
    pub(super) fn key(&self) -> u64 {
        let part = |days: u32| u64::from(days).min(DAY_MASK);
        (part(self.repeats) << (2 * DAY_BITS)) | (part(self.last) << DAY_BITS) | part(self.age)
    }

    /// The history of a key.
    pub(super) fn of_key(key: u64) -> Self {
        let part = |shift: u32| u32::try_from((key >> shift) & DAY_MASK).unwrap_or(u32::MAX);
        Self { repeats: part(2 * DAY_BITS), last: part(DAY_BITS), age: part(0) }
    }
}

/// Days in weeks.
pub(super) fn weeks(days: u32) -> f64 {
    f64::from(days) / WEEK
}

/// The customer in a row of the facts as it stood at the end of a day; none where it had bought nothing by then.
///
/// Purchases are sales that are not returned whole; those of one day are one. What was returned in part counts as it was
/// sold, since a partial return names no purchase here. Needs transactions, not their lines.
pub fn customer(facts: &Facts, row: usize, as_of: NaiveDate) -> Option<Customer> {
    Walk::of(facts, row).until(day_number(as_of))
}

/// A customer's purchases in the order of time, walked through once.
pub(super) struct Walk<'f> {
    facts: &'f Facts,
    places: Range<usize>,
    first: Option<Day>,
    last: Day,
    repeats: u32,
    repeat_spending: i64,
}

impl<'f> Walk<'f> {
    /// Before the first purchase.
    pub(super) fn of(facts: &'f Facts, row: usize) -> Self {
        let places = facts.transactions_of(row);
        Self { facts, places, first: None, last: Day::MIN, repeats: 0, repeat_spending: 0 }
    }

    /// Goes on to the end of a day: what the customer was by then.
    pub(super) fn until(&mut self, end: Day) -> Option<Customer> {
        let transactions = &self.facts.transactions;
        while let Some(place) = self.places.next() {
            let day = transactions.days[place];
            if day > end {
                self.places.start = place;
                break;
            }
            if transactions.flags[place] & PURCHASE != 0 {
                self.purchase(day, transactions.nets[place]);
            }
        }
        let first = self.first?;
        let history = History { repeats: self.repeats, last: self.last.abs_diff(first), age: end.abs_diff(first) };
        Some(Customer { history, repeat_spending: self.repeat_spending })
    }

    /// Days with a purchase after the first one so far.
    pub(super) fn repeats(&self) -> u32 {
        self.repeats
    }

    fn purchase(&mut self, day: Day, amount: i64) {
        let first = *self.first.get_or_insert(day);
        self.repeats += u32::from(first < day && self.last < day);
        self.last = day;
        self.repeat_spending += if first < day { amount } else { 0 };
    }
}
