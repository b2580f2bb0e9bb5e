//! The spending model: Gamma-Gamma, of Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013), note 025.

use serde::{Deserialize, Serialize};

use super::sample::Spending;

/// The parameters of Gamma-Gamma: what a purchase is worth follows, within a customer, a gamma distribution of shape p whose
/// rate follows, between customers, a gamma distribution of shape q and rate v.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpendingModel {
    /// The shape within customers.
    pub p: f64,
    /// The shape between customers; above 1.
    pub q: f64,
    /// The scale, in the currency's own unit, not in minor ones: called γ in the paper.
    pub v: f64,
}

impl SpendingModel {
    /// What a purchase of a customer is expected to be worth, in the unit of v, given how many repeats it made and what they
    /// come to in all: (v + sum) · p ÷ (p x + q − 1), equation 5 of the note. The more repeats, the more it is their mean
    /// and the less that of everybody.
    pub fn expected_spending(&self, repeats: f64, sum: f64) -> f64 {
        (self.v + sum) * self.p / (self.p * repeats + self.q - 1.0)
    }

    /// What a purchase of a customer without repeats is expected to be worth, in the unit of v: v p ÷ (q − 1).
    pub fn mean(&self) -> f64 {
        self.expected_spending(0.0, 0.0)
    }
}

/// Pearson's correlation of customers' mean spendings and their repeats, over those whose repeats were worth something; none
/// where either is the same for all.
pub(super) fn correlation(spendings: &[Spending]) -> Option<f64> {
    let known = || {
        let known = spendings.iter().filter(|spending| spending.is_known());
        known.map(|spending| (f64::from(spending.customers), spending.mean(), f64::from(spending.repeats)))
    };
    let customers: f64 = known().map(|(customers, ..)| customers).sum();
    let mean = known().map(|(customers, mean, _)| customers * mean).sum::<f64>() / customers;
    let repeats = known().map(|(customers, _, repeats)| customers * repeats).sum::<f64>() / customers;
    let (mut common, mut of_means, mut of_repeats) = (0.0, 0.0, 0.0);
    for (customers, own_mean, own_repeats) in known() {
        let (from_mean, from_repeats) = (own_mean - mean, own_repeats - repeats);
        common += customers * from_mean * from_repeats;
        of_means += customers * from_mean * from_mean;
        of_repeats += customers * from_repeats * from_repeats;
    }
    // What is left of equal numbers by rounding is no difference.
    let differ = |squares: f64, mean: f64| squares > customers * (mean * 1e-9).powi(2);
    let correlation = common / (of_means * of_repeats).sqrt();
    (differ(of_means, mean) && differ(of_repeats, repeats)).then(|| correlation.clamp(-1.0, 1.0))
}
