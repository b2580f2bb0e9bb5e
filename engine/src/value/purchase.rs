//! The purchase model: BG/NBD, of Fader, Hardie and Lee, "Counting Your Customers" the Easy Way: An Alternative to the
//! Pareto/NBD Model, Marketing Science 24 (2005) 275–284.

use serde::{Deserialize, Serialize};

use super::expected::expected_while_alive;
use super::history::Past;

/// The parameters of BG/NBD, time in weeks: customers who have not left buy at rates that follow a gamma distribution of
/// shape r and rate α, and leave after a purchase with chances that follow a beta distribution of a and b.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseModel {
    /// The shape of the purchase rates; the smaller, the more unlike the customers are.
    pub r: f64,
    /// Their scale, in weeks.
    pub alpha: f64,
    /// With b the chance to leave after a purchase: a ÷ (a + b) on average.
    pub a: f64,
    /// See a.
    pub b: f64,
}

impl PurchaseModel {
    /// P(alive): the chance, 0 to 1, that a customer has not left. It is 1 for everyone who bought once, since customers
    /// leave after repeats alone, and so says little about churn: see [`Self::order_probability`].
    ///
    /// 1 ÷ (1 + a ÷ (b + x − 1) · ((α + T) ÷ (α + t_x))^(r + x)), by Bayes' rule from equation 6 of the paper.
    pub fn alive(&self, past: &Past) -> f64 {
        if past.repeats == 0.0 {
            return 1.0;
        }
        let silence = ((past.age - past.last) / (self.alpha + past.last)).ln_1p();
        let odds = (self.a / (self.b + past.repeats - 1.0)).ln() + (self.r + past.repeats) * silence;
        (1.0 + odds.exp()).recip()
    }

    /// The chance, 0 to 1, of an order within so many weeks: P(alive) · (1 − ((α + T) ÷ (α + T + weeks))^(r + x)).
    pub fn order_probability(&self, past: &Past, weeks: f64) -> f64 {
        self.alive(past) * self.order_probability_while_alive(past, weeks)
    }

    /// The same for a customer who has not left, whenever it bought last.
    pub(super) fn order_probability_while_alive(&self, past: &Past, weeks: f64) -> f64 {
        -(-(self.r + past.repeats) * (weeks / (self.alpha + past.age)).ln_1p()).exp_m1()
    }

    /// How many orders are expected within so many weeks (equation 10 of the paper; equation 9 for a customer of no age and
    /// without repeats).
    pub fn expected_orders(&self, past: &Past, weeks: f64) -> f64 {
        self.alive(past) * self.orders_while_alive(past, &[weeks])[0]
    }

    /// The same within several spans of weeks, which share most of the work, for a customer who has not left, whenever it
    /// bought last.
    pub(super) fn orders_while_alive<const N: usize>(&self, past: &Past, weeks: &[f64; N]) -> [f64; N] {
        expected_while_alive(self, past, weeks)
    }
}
