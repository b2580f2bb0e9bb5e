//! The model of what customers are worth: fitted, checked, and as it is kept.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::history::{Customer, History, weeks};
use super::holdout::{Backtest, Holdout};
use super::notes::notes;
use super::purchase::PurchaseModel;
use super::purchase_fit::fit_purchases;
use super::sample::Sample;
use super::spending::{SpendingModel, correlation};
use super::spending_fit::fit_spending;
use super::unfitted::{Unfitted, gate};

/// Likelihood ratios below this one do not tell dropping out from buying rarely: the 95 % point of χ² with two degrees of
/// freedom, for the two parameters of dropout.
const LEAST_LIKELIHOOD_RATIO: f64 = 6.0;

/// What was fitted to the customers of a day, with all that a reader must know of it. It is kept as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueModel {
    /// The day at whose end the customers were looked at.
    pub as_of: NaiveDate,
    /// Customers with a purchase.
    pub customers: u64,
    /// Of those, the ones who bought on a second day.
    pub repeat_customers: u64,
    /// When customers buy.
    pub purchases: PurchaseModel,
    /// The logarithm of its likelihood.
    pub log_likelihood: f64,
    /// That of the plain NBD model, in which nobody leaves.
    pub log_likelihood_without_dropout: f64,
    /// Twice the difference of the two.
    pub likelihood_ratio: f64,
    /// False when the data cannot tell leaving from buying rarely; chances of an order still hold.
    pub dropout_identified: bool,
    /// What they spend; none where the notes say why, and then no values are predicted.
    pub spending: Option<FittedSpending>,
    /// The correlation of mean spending and repeats among those of whom the spending is known, which the spending model needs
    /// to be small; none where either is the same for all.
    pub spend_frequency_correlation: Option<f64>,
    /// Digits of the currency's minor unit.
    pub minor_digits: u32,
    /// How a model of earlier data did; none where the notes say why.
    pub backtest: Option<Backtest>,
    /// What a reader must know, as sentences.
    pub notes: Vec<String>,
}

/// A spending model as it was fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedSpending {
    /// The parameters.
    pub model: SpendingModel,
    /// The logarithm of the likelihood, of spendings in the currency's own unit.
    pub log_likelihood: f64,
    /// Customers whose repeats were worth something.
    pub customers: u64,
    /// The mean of what their repeats were worth on average, in the currency's own unit.
    pub observed_mean: f64,
}

impl ValueModel {
    /// Fits the models to customers, and once more to those of a holdout, against which it is checked. `minor_digits` are
    /// those of the currency's minor unit.
    pub fn fit(sample: &Sample, holdout: Option<&Holdout>, minor_digits: u32) -> Result<Self, Unfitted> {
        let counts = Counts::of(sample.groups.iter().map(|group| (group.history(), group.customers)));
        gate(&counts)?;
        // None of the three needs another: side by side they take as long as the longest.
        let (fit, (spending, backtest)) = rayon::join(
            || fit_purchases(&counts).converged(),
            || rayon::join(|| fit_spending(&sample.spendings, minor_digits), || holdout.map(Holdout::backtest)),
        );
        let fit = fit?;
        let likelihood_ratio = (2.0 * (fit.log_likelihood - fit.log_likelihood_without_dropout)).max(0.0);
        let mut model = Self {
            as_of: sample.as_of,
            customers: counts.customers,
            repeat_customers: sample.repeat_customers(),
            purchases: fit.model,
            log_likelihood: fit.log_likelihood,
            log_likelihood_without_dropout: fit.log_likelihood_without_dropout,
            likelihood_ratio,
            dropout_identified: likelihood_ratio >= LEAST_LIKELIHOOD_RATIO,
            spending: spending.ok(),
            spend_frequency_correlation: correlation(&sample.spendings),
            minor_digits,
            backtest: None,
            notes: Vec::new(),
        };
        model.notes = notes(&model, spending.err(), backtest.as_ref().map(|done| done.as_ref().err().copied()));
        model.backtest = backtest.and_then(Result::ok);
        Ok(model)
    }

    /// The parameters by their names in the papers: r, alpha, a and b, and p, q and v where spending is modelled. Time is in
    /// weeks, v in the currency's own unit.
    pub fn parameters(&self) -> BTreeMap<&'static str, f64> {
        let PurchaseModel { r, alpha, a, b } = self.purchases;
        let mut parameters = BTreeMap::from([("r", r), ("alpha", alpha), ("a", a), ("b", b)]);
        if let Some(FittedSpending { model: SpendingModel { p, q, v }, .. }) = self.spending {
            parameters.extend([("p", p), ("q", q), ("v", v)]);
        }
        parameters
    }

    /// The chance, 0 to 1, of an order within so many days.
    pub fn order_probability(&self, history: &History, days: u32) -> f64 {
        self.purchases.order_probability(&history.past(), weeks(days))
    }

    /// How many orders are expected within so many days.
    pub fn expected_orders(&self, history: &History, days: u32) -> f64 {
        self.purchases.expected_orders(&history.past(), weeks(days))
    }

    /// What a purchase of a customer is expected to be worth, in minor units before rounding; none without a spending model.
    pub fn expected_spending(&self, customer: &Customer) -> Option<f64> {
        let unit = 10_f64.powi(i32::try_from(self.minor_digits).unwrap_or(0));
        let sum = customer.repeat_spending as f64 / unit;
        let spending = self.spending?.model;
        Some(spending.expected_spending(customer.history.repeats.into(), sum) * unit)
    }
}
