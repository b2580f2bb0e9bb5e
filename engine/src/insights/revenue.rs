//! Revenue, interval by interval.

use std::sync::Arc;

use chrono::NaiveDate;

use super::intervals::Slots;
use super::{Among, Figure, Interval, Period, Sales, UnnamedSales};
use crate::facts::{Dictionary, Facts};
use crate::money::quotient;

/// What was bought in each interval of a period.
#[derive(Clone, Debug)]
pub struct Revenue {
    slots: Slots,
    period: Period,
    among: Among,
    unnamed: Option<Arc<UnnamedSales>>,
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenuePoint {
    /// The first day of the interval; of an interval that begins before the period or ends after it, only the days of
    /// the period count.
    pub date: NaiveDate,
    /// Sales less returns, each on its own day, in minor units; those without a known customer included.
    pub revenue: i64,
    /// Purchases, those without a known customer included.
    pub transactions: i64,
    /// Known customers with a purchase in the interval.
    pub members: i64,
    /// Revenue ÷ transactions, in minor units; none without transactions.
    pub average_transaction_value: Option<i64>,
}

/// What some parts say of an interval.
#[derive(Clone, Copy, Debug, Default)]
pub struct RevenueSlot {
    sales: Sales,
    members: i64,
}

impl Revenue {
    /// The intervals that hold a day of a period and have begun. Sales without a known customer belong to the revenue
    /// of everybody; none are given where they do not belong.
    pub fn new(
        period: Period,
        interval: Interval,
        today: NaiveDate,
        among: Among,
        unnamed: Option<Arc<UnnamedSales>>,
    ) -> Self {
        let period = period.until(today);
        Self { slots: Slots::new(period, interval), period, among, unnamed }
    }
}

impl Figure for Revenue {
    type Part = Vec<RevenueSlot>;
    type Answer = Vec<RevenuePoint>;

    fn part(&self, facts: &Facts, _: &Dictionary) -> Self::Part {
        let mut slots = vec![RevenueSlot::default(); self.slots.len()];
        let (days, transactions) = (self.period.numbers(), &facts.transactions);
        for row in self.among.rows(facts) {
            let places = facts.transactions_of(row);
            let within = days.within(&transactions.days[places.clone()]);
            let mut counted = None;
            for place in places.start + within.start..places.start + within.end {
                let Some(slot) = self.slots.of(transactions.days[place]) else { continue };
                let sale = Sales::of(transactions.nets[place], transactions.flags[place]);
                slots[slot].sales += sale;
                // Days rise, so that a customer is counted once an interval.
                if sale.transactions > 0 && counted != Some(slot) {
                    slots[slot].members += 1;
                    counted = Some(slot);
                }
            }
        }
        slots
    }

    fn merge(&self, whole: &mut Self::Part, part: Self::Part) {
        whole.resize(self.slots.len(), RevenueSlot::default());
        for (slot, other) in whole.iter_mut().zip(part) {
            slot.sales += other.sales;
            slot.members += other.members;
        }
    }

    fn answer(&self, mut whole: Self::Part) -> Vec<RevenuePoint> {
        whole.resize(self.slots.len(), RevenueSlot::default());
        for (day, sales) in self.unnamed.iter().flat_map(|unnamed| unnamed.of_days(self.period)) {
            if let Some(slot) = self.slots.of(day) {
                whole[slot].sales += sales;
            }
        }
        let points = self.slots.starts.iter().zip(whole);
        let point = |(date, RevenueSlot { sales, members }): (&NaiveDate, RevenueSlot)| RevenuePoint {
            date: *date,
            revenue: sales.revenue,
            transactions: sales.transactions,
            members,
            average_transaction_value: quotient(sales.revenue.into(), sales.transactions.into()),
        };
        points.map(point).collect()
    }
}
