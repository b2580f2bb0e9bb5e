//! What would have been predicted at an earlier day, against what came since.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::history::{History, Walk, weeks};
use super::purchase::PurchaseModel;
use super::purchase_fit::fit_purchases;
use super::sample::{Equals, folded, grouped, merged};
use super::unfitted::{Unfitted, gate};
use crate::calendar::day_number;
use crate::facts::Facts;

/// The chance of an order is checked within so many days, or within the holdout where that is shorter.
const ORDER_DAYS: u32 = 90;
/// Customers with more orders stand together.
const MOST_PAST_ORDERS: u32 = 8;
const TENTHS: u64 = 10;

/// Customers as they were at an earlier day, and what they bought since. Those of parts are merged; the order of merging
/// changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdout {
    cut: NaiveDate,
    days: u32,
    outcomes: Vec<Outcome>,
}

/// Customers with the same history at the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    key: u64,
    customers: u32,
    /// Days with a purchase since the cut, of all of them.
    orders: u64,
    /// How many of them had one soon enough for the chance of an order.
    ordered: u32,
}

/// How a model of the data before a day did on the data after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// The last day that the model knew.
    pub cut: NaiveDate,
    /// Days after it over which orders are counted.
    pub days: u32,
    /// Days after it within which an order was looked for.
    pub order_days: u32,
    /// Predicted against actual orders, by the number of past orders, fewest first.
    pub holdout: Vec<HoldoutPoint>,
    /// Predicted chance of an order against the share that ordered, lowest tenth first. Equal chances share the lowest
    /// tenth that one of them is in, so that there may be fewer than ten points.
    pub calibration: Vec<CalibrationPoint>,
}

/// Customers with equally many past orders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldoutPoint {
    /// Days with a purchase up to the cut, the first one included; 8 stands for eight and more.
    pub past_orders: u32,
    /// Orders a customer that were expected over the holdout.
    pub predicted: f64,
    /// Orders a customer that came, one a day at most.
    pub actual: f64,
    /// How many customers they are.
    pub customers: u64,
}

/// A tenth of the customers by their chance of an order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationPoint {
    /// The mean chance.
    pub predicted: f64,
    /// The share that ordered.
    pub actual: f64,
    /// How many customers they are.
    pub customers: u64,
}

impl Holdout {
    /// Nobody yet; the last `days` days up to `as_of` are held out.
    pub fn empty(as_of: NaiveDate, days: u32) -> Self {
        let cut = as_of.checked_sub_days(Days::new(days.into())).unwrap_or(as_of);
        Self { cut, days, outcomes: Vec::new() }
    }

    /// The customers of some facts who had bought by the cut, in one pass.
    pub fn gather(facts: &Facts, as_of: NaiveDate, days: u32) -> Self {
        let holdout = Self::empty(as_of, days);
        let (cut, end) = (day_number(holdout.cut), day_number(as_of));
        let soon = cut.saturating_add_unsigned(holdout.order_days());
        let outcome = |row| {
            let mut walk = Walk::of(facts, row);
            let key = walk.until(cut)?.history.key();
            let before = walk.repeats();
            walk.until(soon);
            let ordered = u32::from(walk.repeats() > before);
            walk.until(end);
            Some(Outcome { key, customers: 1, orders: (walk.repeats() - before).into(), ordered })
        };
        Self { outcomes: grouped((0..facts.len()).filter_map(outcome).collect()), ..holdout }
    }

    /// These customers and others, with the same cut.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self { outcomes: merged(self.outcomes, other.outcomes), ..self }
    }

    /// The customers of all of some parts, with the same cut.
    pub fn of_parts(parts: Vec<Self>, as_of: NaiveDate, days: u32) -> Self {
        folded(parts, Self::merge).unwrap_or_else(|| Self::empty(as_of, days))
    }

    /// Fits the model to what was known at the cut and holds what it says against what came.
    pub fn backtest(&self) -> Result<Backtest, Unfitted> {
        let counts = Counts::of(self.outcomes.iter().map(|outcome| (outcome.history(), outcome.customers)));
        gate(&counts)?;
        let fit = fit_purchases(&counts).converged()?;
        Ok(Backtest {
            cut: self.cut,
            days: self.days,
            order_days: self.order_days(),
            holdout: self.by_past_orders(&fit.model),
            calibration: self.by_tenth(&fit.model),
        })
    }

    fn order_days(&self) -> u32 {
        self.days.min(ORDER_DAYS)
    }

    fn by_past_orders(&self, model: &PurchaseModel) -> Vec<HoldoutPoint> {
        let mut points: BTreeMap<u32, Tally> = BTreeMap::new();
        // What one who has not left will buy depends on repeats and age alone.
        let mut known: HashMap<(u32, u32), f64> = HashMap::new();
        for outcome in &self.outcomes {
            let (history, past) = (outcome.history(), outcome.history().past());
            let orders = || model.orders_while_alive(&past, &[weeks(self.days)])[0];
            let while_alive = *known.entry((history.repeats, history.age)).or_insert_with(orders);
            let expected = model.alive(&past) * while_alive;
            let past_orders = (history.repeats + 1).min(MOST_PAST_ORDERS);
            points.entry(past_orders).or_default().add(outcome.customers, expected, outcome.orders);
        }
        let point = |(past_orders, tally): (u32, Tally)| {
            let (predicted, actual) = tally.means();
            HoldoutPoint { past_orders, predicted, actual, customers: tally.customers }
        };
        points.into_iter().map(point).collect()
    }

    fn by_tenth(&self, model: &PurchaseModel) -> Vec<CalibrationPoint> {
        let within = weeks(self.order_days());
        let chance = |outcome: &Outcome| model.order_probability(&outcome.history().past(), within);
        let mut chances: Vec<(f64, &Outcome)> = self.outcomes.iter().map(|one| (chance(one), one)).collect();
        chances.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let customers: u64 = self.outcomes.iter().map(|outcome| u64::from(outcome.customers)).sum();
        let mut tenths: BTreeMap<u64, Tally> = BTreeMap::new();
        let (mut seen, mut lower, mut last) = (0, 0, f64::NEG_INFINITY);
        for (chance, outcome) in chances {
            if chance > last {
                (lower, last) = (seen, chance);
            }
            seen += u64::from(outcome.customers);
            let tenth = tenths.entry(TENTHS * lower / customers).or_default();
            tenth.add(outcome.customers, chance, outcome.ordered.into());
        }
        let point = |tally: Tally| {
            let (predicted, actual) = tally.means();
            CalibrationPoint { predicted, actual, customers: tally.customers }
        };
        tenths.into_values().map(point).collect()
    }
}

/// What was predicted of customers and what came, added up.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    customers: u64,
    predicted: f64,
    actual: u64,
}

impl Tally {
    /// Adds customers of whom each is predicted the same.
    fn add(&mut self, customers: u32, predicted: f64, actual: u64) {
        self.customers += u64::from(customers);
        self.predicted += f64::from(customers) * predicted;
        self.actual += actual;
    }

    /// What was predicted and what came of each on average.
    fn means(&self) -> (f64, f64) {
        let customers = self.customers as f64;
        (self.predicted / customers, self.actual as f64 / customers)
    }
}

impl Outcome {
    fn history(&self) -> History {
        History::of_key(self.key)
    }
}

impl Equals for Outcome {
    type Key = u64;

    fn key(&self) -> u64 {
        self.key
    }

    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.orders += other.orders;
        self.ordered += other.ordered;
    }
}
