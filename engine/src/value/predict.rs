//! The model asked about one customer after another.

use std::collections::HashMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::history::{Customer, History, Past, weeks};
use super::model::ValueModel;

/// Months whose orders make up the predicted value.
const MONTHS: usize = 12;
/// A twelfth of a mean year of 365.25 days, in weeks.
const MONTH: f64 = 365.25 / 84.0;
/// The months and the days for which orders are asked.
const SPANS: usize = MONTHS + 1;

/// What predictions depend on beside the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// The share of revenue that is left, 0 to 1.
    pub gross_margin: Decimal,
    /// What a month later is worth less: d in 1 ÷ (1 + d)^month, above −1.
    pub monthly_discount: Decimal,
    /// Days within which the chance of an order is told.
    pub order_days: u32,
    /// Days over which orders are expected.
    pub expected_days: u32,
}

/// What is predicted of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// P(alive), 0 to 1; 1 for everyone who bought once.
    pub alive: f64,
    /// The chance, 0 to 1, of an order within the days of the terms.
    pub order_probability: f64,
    /// Orders within the days of the terms.
    pub expected_orders: f64,
    /// What a purchase will be worth, in minor units; none without a spending model.
    pub expected_spending: Option<i64>,
    /// Value of the next 12 months, in minor units: Σ over the months of expected orders × expected spending × margin ÷
    /// (1 + d)^month, rounded once; none without a spending model.
    pub predicted_value: Option<i64>,
}

/// Asks a model about customers. What customers as old and with as many repeats have in common is worked out once; several
/// predictors may work side by side, each on a part of the customers.
#[derive(Clone, Debug)]
pub struct Predictor<'m> {
    model: &'m ValueModel,
    margin: f64,
    order_weeks: f64,
    /// The ends of the months and the days over which orders are expected, in weeks.
    spans: [f64; SPANS],
    discounts: [f64; MONTHS],
    /// By repeats and age.
    known: HashMap<(u32, u32), Outlook>,
}

/// What the purchase model says of a customer, or of one who has not left: that depends on repeats and age alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook {
    pub(super) order_probability: f64,
    pub(super) expected_orders: f64,
    /// Orders of the 12 months, later ones for less.
    pub(super) discounted_orders: f64,
}

impl<'m> Predictor<'m> {
    /// Ready to ask. Decimals beyond a float's range count as 0.
    pub fn new(model: &'m ValueModel, terms: &Terms) -> Self {
        let discount = terms.monthly_discount.to_f64().unwrap_or(0.0);
        let months: [f64; MONTHS] = std::array::from_fn(|month| month as f64 + 1.0);
        let expected = weeks(terms.expected_days);
        let spans = std::array::from_fn(|span| months.get(span).map_or(expected, |month| month * MONTH));
        Self {
            model,
            margin: terms.gross_margin.to_f64().unwrap_or(0.0),
            order_weeks: weeks(terms.order_days),
            spans,
            discounts: months.map(|month| (1.0 + discount).powf(-month)),
            known: HashMap::new(),
        }
    }

    /// What is predicted of a customer.
    pub fn predict(&mut self, customer: &Customer) -> Prediction {
        let (alive, outlook) = self.outlook(customer);
        let spending = self.model.expected_spending(customer);
        Prediction {
            alive,
            order_probability: outlook.order_probability,
            expected_orders: outlook.expected_orders,
            expected_spending: spending.map(minor),
            predicted_value: spending.map(|spending| minor(outlook.discounted_orders * spending * self.margin)),
        }
    }

    /// P(alive), and what that makes of the outlook of one who has not left.
    pub(super) fn outlook(&mut self, customer: &Customer) -> (f64, Outlook) {
        let History { repeats, age, .. } = customer.history;
        let past = customer.history.past();
        let while_alive = match self.known.get(&(repeats, age)) {
            Some(known) => *known,
            None => {
                let found = self.while_alive(&past);
                self.known.insert((repeats, age), found);
                found
            }
        };
        let alive = self.model.purchases.alive(&past);
        let outlook = Outlook {
            order_probability: alive * while_alive.order_probability,
            expected_orders: alive * while_alive.expected_orders,
            discounted_orders: alive * while_alive.discounted_orders,
        };
        (alive, outlook)
    }

    fn while_alive(&self, past: &Past) -> Outlook {
        let purchases = &self.model.purchases;
        let orders = purchases.orders_while_alive(past, &self.spans);
        let mut discounted_orders = 0.0;
        let mut before = 0.0;
        for (until, discount) in orders.iter().zip(&self.discounts) {
            discounted_orders += (until - before) * discount;
            before = *until;
        }
        Outlook {
            order_probability: purchases.order_probability_while_alive(past, self.order_weeks),
            expected_orders: orders[MONTHS],
            discounted_orders,
        }
    }
}

/// An amount that was estimated, rounded half-even to whole minor units.
#[expect(clippy::cast_possible_truncation, reason = "it is rounded, and amounts beyond the range end at its ends")]
fn minor(amount: f64) -> i64 {
    amount.round_ties_even() as i64
}
