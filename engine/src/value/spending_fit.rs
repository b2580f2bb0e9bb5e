//! The spending model that makes what customers spent most likely.

use std::fmt::{Display, Formatter, Result as Written};
use std::ops::RangeInclusive;

use statrs::function::gamma::{digamma, ln_gamma};

use super::model::FittedSpending;
use super::newton::{Point, highest};
use super::sample::Spending;
use super::spending::SpendingModel;
use super::trigamma::trigamma;

/// Bounds of p, q and v, the latter in units of the mean spending. Where all customers spend the same, p or q run to their
/// upper ones, and what is expected is that mean.
const BOUNDS: [(f64, f64); 3] = [(1e-3, 1e4), (1e-3, 1e4), (1e-8, 1e8)];
/// A model whose mean is that many times the observed one describes the spending of nobody.
const MEANS: RangeInclusive<f64> = 0.2..=5.0;
const FIRST_START: [f64; 2] = [2.0, 3.0];
const OTHER_STARTS: [[f64; 2]; 3] = [[20.0, 3.0], [2.0, 30.0], [0.3, 1.5]];

/// What the likelihood needs of the spendings, added up once.
struct Totals {
    customers: u64,
    /// How many customers there are with each number of repeats.
    by_repeats: Vec<(f64, f64)>,
    /// Each sum in units of the mean spending, how many customers have it, and the repeats of all of them.
    by_sum: Vec<[f64; 3]>,
    /// Σ x ln s and Σ ln s ÷ x, s and x of each customer.
    weighted_logarithms: f64,
    logarithms_of_means: f64,
    /// The mean of all customers' mean spendings, in minor units.
    mean: f64,
}

/// Why there is no spending model. As text it is a sentence for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSpending {
    /// All repeats were worth 0.
    WorthNothing,
    /// The spendings are so uneven that, by the best parameters, their mean is infinite, or far from what was observed.
    NoMean,
    /// No parameters were found that are better than all near them.
    NotConverged,
}

/// Fits to sorted spendings, of which those of nothing are left out. `digits` are those of the currency's minor unit.
pub(super) fn fit_spending(spendings: &[Spending], digits: u32) -> Result<FittedSpending, NoSpending> {
    let totals = Totals::of(spendings).ok_or(NoSpending::WorthNothing)?;
    let start = |[p, q]: [f64; 2]| [p, q, (q - 1.0) / p];
    let best = highest(start(FIRST_START), OTHER_STARTS.map(start), &BOUNDS, |place| likelihood(&totals, *place));
    if !best.converged || !best.value.is_finite() {
        return Err(NoSpending::NotConverged);
    }
    let [p, q, v] = best.parameters;
    // Just above 1 the mean of the model runs away from what anybody spent, in units of which it is reckoned here.
    let model = SpendingModel { p, q, v };
    if q <= 1.0 || !MEANS.contains(&model.mean()) {
        return Err(NoSpending::NoMean);
    }
    let unit = totals.mean / 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    let customers = totals.customers;
    let log_likelihood = best.value - customers as f64 * unit.ln();
    Ok(FittedSpending { model: SpendingModel { p, q, v: v * unit }, log_likelihood, customers, observed_mean: unit })
}

impl Display for NoSpending {
    fn fmt(&self, to: &mut Formatter<'_>) -> Written {
        to.write_str(match self {
            Self::WorthNothing => "No purchase on a second day was worth anything.",
            Self::NoMean => "What customers spend is so uneven that its mean cannot be told.",
            Self::NotConverged => "No parameters were found that describe the spending best.",
        })
    }
}

impl Totals {
    fn of(spendings: &[Spending]) -> Option<Self> {
        let spendings = spendings.iter().filter(|spending| spending.is_known());
        let customers = spendings.clone().map(|spending| u64::from(spending.customers)).sum();
        let means = spendings.clone().map(|spending| f64::from(spending.customers) * spending.mean());
        let mean = means.sum::<f64>() / customers as f64;
        if customers == 0 {
            return None;
        }
        let mut counts = Vec::new();
        let mut by_sum: Vec<[f64; 3]> = Vec::new();
        let (mut weighted_logarithms, mut logarithms_of_means, mut last) = (0.0, 0.0, 0);
        for spending in spendings {
            let (customers, repeats) = (f64::from(spending.customers), f64::from(spending.repeats));
            let place = spending.repeats as usize;
            if counts.len() <= place {
                counts.resize(place + 1, 0.0);
            }
            counts[place] += customers;
            let logarithm = (spending.amount() / mean).ln();
            weighted_logarithms += customers * repeats * logarithm;
            logarithms_of_means += customers * (logarithm - repeats.ln());
            if spending.sum != last {
                last = spending.sum;
                by_sum.push([spending.amount() / mean, 0.0, 0.0]);
            }
            if let Some([_, of_sum, repeats_of_sum]) = by_sum.last_mut() {
                *of_sum += customers;
                *repeats_of_sum += customers * repeats;
            }
        }
        let by_repeats = (0_u32..).zip(counts).filter(|(_, customers)| *customers > 0.0);
        let by_repeats = by_repeats.map(|(repeats, customers)| (f64::from(repeats), customers)).collect();
        Some(Self { customers, by_repeats, by_sum, weighted_logarithms, logarithms_of_means, mean })
    }
}

/// The logarithm of the likelihood by p, q and v (note 025, equation 1a): with s the sum of a customer's x repeats and z̄
/// their mean, Σ ln Γ(p x + q) − ln Γ(p x) − ln Γ(q) + q ln v + p x ln s − ln z̄ − (p x + q) ln(v + s).
fn likelihood(totals: &Totals, [p, q, v]: [f64; 3]) -> Point<3> {
    let n = totals.customers as f64;
    let mut value = n * (q * v.ln() - ln_gamma(q)) + p * totals.weighted_logarithms - totals.logarithms_of_means;
    let mut gradient = [totals.weighted_logarithms, n * (v.ln() - digamma(q)), n * q / v];
    let (mut pp, mut pq, mut qq) = (0.0, 0.0, -n * trigamma(q));
    let (mut pv, mut qv, mut vv) = (0.0, n / v, -n * q / (v * v));
    for (repeats, customers) in &totals.by_repeats {
        let (within, all) = (p * repeats, p * repeats + q);
        value += customers * (ln_gamma(all) - ln_gamma(within));
        gradient[0] += customers * repeats * (digamma(all) - digamma(within));
        gradient[1] += customers * digamma(all);
        let curvature = trigamma(all);
        pp += customers * repeats * repeats * (curvature - trigamma(within));
        pq += customers * repeats * curvature;
        qq += customers * curvature;
    }
    for [sum, customers, repeats] in &totals.by_sum {
        let whole = v + sum;
        let (logarithm, inverse, shapes) = (whole.ln(), whole.recip(), p * repeats + q * customers);
        value -= shapes * logarithm;
        gradient[0] -= repeats * logarithm;
        gradient[1] -= customers * logarithm;
        gradient[2] -= shapes * inverse;
        pv -= repeats * inverse;
        qv -= customers * inverse;
        vv += shapes * inverse * inverse;
    }
    Point { value, gradient, hessian: [[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]] }
}
