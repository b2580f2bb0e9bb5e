//! The customers whom the models are fitted to, equal ones together.

use chrono::NaiveDate;

use super::history::{History, Walk, weeks};
use crate::calendar::day_number;
use crate::facts::Facts;

/// The customers of some facts as of a day. Samples of parts are merged; the order of merging changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub(super) as_of: NaiveDate,
    /// Sorted, each history once.
    pub(super) groups: Vec<Group>,
    /// Of customers who came back; sorted, each once.
    pub(super) spendings: Vec<Spending>,
}

/// Customers with the same history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) key: u64,
    pub(super) customers: u32,
}

/// Customers who came back equally often for the same sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spending {
    /// Minor units.
    pub(super) sum: i64,
    pub(super) repeats: u32,
    pub(super) customers: u32,
}

impl Sample {
    /// Nobody yet.
    pub fn empty(as_of: NaiveDate) -> Self {
        Self { as_of, groups: Vec::new(), spendings: Vec::new() }
    }

    /// The customers of some facts at the end of a day, in one pass.
    pub fn gather(facts: &Facts, as_of: NaiveDate) -> Self {
        let day = day_number(as_of);
        let mut groups = Vec::with_capacity(facts.len());
        let mut spendings = Vec::new();
        for customer in (0..facts.len()).filter_map(|row| Walk::of(facts, row).until(day)) {
            let History { repeats, .. } = customer.history;
            groups.push(Group { key: customer.history.key(), customers: 1 });
            if repeats > 0 {
                spendings.push(Spending { sum: customer.repeat_spending, repeats, customers: 1 });
            }
        }
        Self { as_of, groups: grouped(groups), spendings: grouped(spendings) }
    }

    /// These customers and others, as of the same day.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let Self { as_of, groups, spendings } = self;
        Self { as_of, groups: merged(groups, other.groups), spendings: merged(spendings, other.spendings) }
    }

    /// The customers of all of some parts, as of the same day.
    pub fn of_parts(parts: Vec<Self>, as_of: NaiveDate) -> Self {
        folded(parts, Self::merge).unwrap_or_else(|| Self::empty(as_of))
    }

    /// How many customers there are.
    pub fn customers(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.customers)).sum()
    }

    /// How many of them came back on another day.
    pub fn repeat_customers(&self) -> u64 {
        self.spendings.iter().map(|spending| u64::from(spending.customers)).sum()
    }

    /// Days since the first purchase of the oldest customer; none without customers.
    pub fn longest_age(&self) -> Option<u32> {
        self.groups.iter().map(|group| group.history().age).max()
    }

    /// How many days at the end of the data a holdout should have: half of what there is, a year at most; none where
    /// that is less than four weeks.
    pub fn holdout_days(&self) -> Option<u32> {
        self.longest_age().map(|age| (age / 2).min(365)).filter(|days| weeks(*days) >= 4.0)
    }
}

impl Group {
    pub(super) fn history(&self) -> History {
        History::of_key(self.key)
    }
}

impl Spending {
    /// The sum as a number to reckon with: far below 2^53 minor units it is exact.
    pub(super) fn amount(&self) -> f64 {
        self.sum as f64
    }

    /// Whether there were repeats that were worth something.
    pub(super) fn is_known(&self) -> bool {
        self.sum > 0 && self.repeats > 0
    }

    /// What a repeat was worth on average: z̄, in minor units.
    pub(super) fn mean(&self) -> f64 {
        self.amount() / f64::from(self.repeats)
    }
}

/// What stands in sorted lists, where equals are put together.
pub(super) trait Equals: Copy {
    /// What equals have in common.
    type Key: Ord;
    fn key(&self) -> Self::Key;
    /// Takes an equal in.
    fn add(&mut self, other: &Self);
}

impl Equals for Group {
    type Key = u64;

    fn key(&self) -> u64 {
        self.key
    }

    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
    }
}

impl Equals for Spending {
    type Key = (i64, u32);

    fn key(&self) -> (i64, u32) {
        (self.sum, self.repeats)
    }

    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
    }
}

/// The same, sorted, equals together.
pub(super) fn grouped<T: Equals>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable_by_key(T::key);
    items.dedup_by(|later, kept| {
        let equal = later.key() == kept.key();
        if equal {
            kept.add(later);
        }
        equal
    });
    items.shrink_to_fit();
    items
}

/// Two sorted lists as one.
pub(super) fn merged<T: Equals>(mut these: Vec<T>, those: Vec<T>) -> Vec<T> {
    these.extend(those);
    // The standard library's stable sort finds the two sorted runs and merges them.
    these.sort_by_key(T::key);
    grouped(these)
}

/// All of some parts as one, two and two: so each is gone through few times.
pub(super) fn folded<T>(mut parts: Vec<T>, merge: impl Fn(T, T) -> T) -> Option<T> {
    while parts.len() > 1 {
        let mut left = parts.into_iter();
        let mut merged = Vec::with_capacity(left.len().div_ceil(2));
        while let Some(one) = left.next() {
            merged.push(match left.next() {
                Some(other) => merge(one, other),
                None => one,
            });
        }
        parts = merged;
    }
    parts.pop()
}
