//! The purchase model that makes a sample most likely.

use super::counts::Counts;
use super::likelihood::{dropout, no_dropout};
use super::newton::{highest, maximise};
use super::purchase::PurchaseModel;
use super::unfitted::Unfitted;

/// The parameters of BG/NBD by maximum likelihood, and how much better than the model without dropout they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PurchaseFit {
    pub(super) model: PurchaseModel,
    pub(super) log_likelihood: f64,
    /// That of the plain NBD model.
    pub(super) log_likelihood_without_dropout: f64,
    converged: bool,
}

/// Bounds of r and α, of a and b. At the bounds the models are what they tend to beyond them, as far as data can tell, and
/// everything that is computed from the parameters keeps its digits.
const RATES: [(f64, f64); 2] = [(1e-4, 1e4), (1e-4, 1e5)];
const CHANCES: [(f64, f64); 2] = [(1e-5, 1e3), (1e-5, 1e4)];

/// Where a and b begin; mostly this leads to the top.
const FIRST_START: [f64; 2] = [1.0, 3.0];
/// Where else they begin if that ends at a bound. The last one is nobody leaving, so that the fit is never worse than the
/// model without dropout.
const OTHER_STARTS: [[f64; 2]; 3] = [[0.1, 0.3], [10.0, 100.0], [1e-5, 1.0]];

/// Fits to a sample with customers and repeats.
pub(super) fn fit_purchases(counts: &Counts) -> PurchaseFit {
    let start = [1.0, counts.exposure() / counts.repeats as f64];
    let plain = maximise(start, &RATES, |parameters| no_dropout(counts, *parameters));
    let [r, alpha] = plain.parameters;
    let [rates, times] = RATES;
    let [leaving, staying] = CHANCES;
    let bounds = [rates, times, leaving, staying];
    let start = |[a, b]: [f64; 2]| [r, alpha, a, b];
    let best = highest(start(FIRST_START), OTHER_STARTS.map(start), &bounds, |place| dropout(counts, *place));
    let [r, alpha, a, b] = best.parameters;
    PurchaseFit {
        model: PurchaseModel { r, alpha, a, b },
        log_likelihood: best.value,
        log_likelihood_without_dropout: plain.value,
        converged: best.converged && plain.converged,
    }
}

impl PurchaseFit {
    /// The fit, unless the steps ran out or led to nothing.
    pub(super) fn converged(self) -> Result<Self, Unfitted> {
        if self.converged && self.log_likelihood.is_finite() { Ok(self) } else { Err(Unfitted::NotConverged) }
    }
}
