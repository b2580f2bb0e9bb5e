//! What was bought: purchases and net spending, of members and of nobody who is known.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;

use super::period::{Days, Period};
use crate::calendar::day_number;
use crate::facts::{Day, Facts, PURCHASE};
use crate::ledger::Direction;

/// Purchases and net spending that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    /// Sales that are not returned in full.
    pub transactions: i64,
    /// Sales less returns, each on its own day, in minor units.
    pub revenue: i64,
}

impl AddAssign for Sales {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.transactions += other.transactions;
        self.revenue += other.revenue;
    }
}

impl Sales {
    /// A document.
    #[inline]
    pub(super) fn of(net: i64, flags: u8) -> Self {
        Self { transactions: i64::from(flags & PURCHASE), revenue: net }
    }

    /// What a member bought on some days; none without any document on them.
    #[inline]
    pub(super) fn within(facts: &Facts, row: usize, days: Days) -> Option<Self> {
        let (places, transactions) = (facts.transactions_of(row), &facts.transactions);
        let within = days.within(&transactions.days[places.clone()]);
        if within.is_empty() {
            return None;
        }
        let places = places.start + within.start..places.start + within.end;
        Some(Self {
            transactions: transactions.flags[places.clone()].iter().map(|flags| i64::from(flags & PURCHASE)).sum(),
            revenue: transactions.nets[places].iter().sum(),
        })
    }
}

/// Sales and returns of customers who are not known, added up by local day: those without a customer, and those of
/// persons who were erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnnamedSales(BTreeMap<Day, Sales>);

impl UnnamedSales {
    /// Adds a document. The amount is in minor units and without a sign; a purchase is a sale that is not returned in
    /// full.
    pub fn add(&mut self, day: NaiveDate, direction: Direction, amount: i64, purchase: bool) {
        self.add_up(day, Sales { transactions: purchase.into(), revenue: direction.net(amount) });
    }

    /// Adds some of a day that were added up before.
    pub fn add_up(&mut self, day: NaiveDate, sales: Sales) {
        *self.0.entry(day_number(day)).or_default() += sales;
    }

    /// Adds up those of a period.
    pub fn within(&self, period: Period) -> Sales {
        let mut sum = Sales::default();
        self.of_days(period).for_each(|(_, sales)| sum += sales);
        sum
    }

    pub(super) fn of_days(&self, period: Period) -> impl Iterator<Item = (Day, Sales)> {
        let days = period.numbers();
        self.0.iter().map(|(day, sales)| (*day, *sales)).filter(move |(day, _)| days.contain(*day))
    }
}
