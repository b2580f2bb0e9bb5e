//! How many orders are expected of a customer who has not left.

use super::history::Past;
use super::purchase::PurchaseModel;
use super::quadrature::expected_by_quadrature;

/// Terms of the series beyond which the integral is faster.
const MOST_TERMS: f64 = 20_000.0;
/// Arguments of the series beyond which it needs so many terms.
const LARGEST_ARGUMENT: f64 = 0.998;
/// Where the difference is smaller than this share of its parts, the integral is more exact.
const SMALLEST_DIFFERENCE: f64 = 1e-5;

/// The expected orders within each span of weeks, given that the customer has not left.
///
/// Equation 10 of Fader, Hardie and Lee (2005) holds 2F1(r + x, b + x; a + b + x − 1; z) with z = t ÷ (α + T + t), which
/// overflows with many purchases, and divides by a − 1. Euler's transformation (DLMF 15.8.1) turns that into (1 − z)^(a − 1)
/// times 2F1(a + b − 1 − r, a − 1; a + b + x − 1; z). Of that series every term but the first has the factor (a − 1) ÷ (a +
/// b + x − 1), so that both can be divided out by hand, and what is left is finite everywhere:
///
/// −(c φ + (1 − z)^ε S), ε = a − 1, c = a + b + x − 1, φ = ((1 − z)^ε − 1) ÷ ε,
/// S = Σ over n ≥ 1 of (ε + b − r)ₙ (ε + 1)ₙ₋₁ ÷ ((c + 1)ₙ₋₁ n!) zⁿ.
pub(super) fn expected_while_alive<const N: usize>(model: &PurchaseModel, past: &Past, weeks: &[f64; N]) -> [f64; N] {
    let furthest = (0..N).max_by(|one, other| weeks[*one].total_cmp(&weeks[*other])).filter(|lane| weeks[*lane] > 0.0);
    let Some(furthest) = furthest else { return [0.0; N] };
    let argument = weeks[furthest] / (model.alpha + past.age + weeks[furthest]);
    let by_series = if argument <= LARGEST_ARGUMENT { series(model, past, weeks, furthest) } else { None };
    by_series.unwrap_or_else(|| expected_by_quadrature(model, past, weeks))
}

/// None where the series is slow or its sum loses too many digits. The furthest span's series is the slowest.
fn series<const N: usize>(model: &PurchaseModel, past: &Past, weeks: &[f64; N], furthest: usize) -> Option<[f64; N]> {
    let PurchaseModel { r, alpha, a, b } = *model;
    let time = alpha + past.age;
    let (excess, first) = (a - 1.0, a - 1.0 + b - r);
    let scale = excess + b + past.repeats;
    let arguments = weeks.map(|span| span / (time + span));
    let mut terms = arguments.map(|argument| first * argument);
    let mut sums = terms;
    let mut peaks = terms.map(f64::abs);
    let mut n = 1.0;
    loop {
        let ratio = (first + n) * (excess + n) / ((scale + n) * (n + 1.0));
        for lane in 0..N {
            terms[lane] *= ratio * arguments[lane];
            sums[lane] += terms[lane];
            peaks[lane] = peaks[lane].max(terms[lane].abs());
        }
        if terms[furthest].abs() <= sums[furthest].abs() * f64::EPSILON / 4.0 && ratio.abs() <= 1.0 {
            break;
        }
        n += 1.0;
        if n > MOST_TERMS || !sums[furthest].is_finite() {
            return None;
        }
    }
    let mut expected = [0.0; N];
    for lane in (0..N).filter(|lane| weeks[*lane] > 0.0) {
        let logarithm = -(weeks[lane] / time).ln_1p();
        let slope = if excess == 0.0 { logarithm } else { (excess * logarithm).exp_m1() / excess };
        let (drop, factor) = (scale * slope, (excess * logarithm).exp());
        expected[lane] = -(drop + factor * sums[lane]);
        // Written so that what is not a number is refused, too.
        let exact = expected[lane] > SMALLEST_DIFFERENCE * drop.abs().max(factor * peaks[lane]);
        if !exact || !expected[lane].is_finite() {
            return None;
        }
    }
    Some(expected)
}
