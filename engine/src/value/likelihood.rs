//! The likelihoods of the two purchase models with their derivatives.

use std::array::from_fn;

use super::counts::Counts;
use super::newton::Point;

/// The logarithm of the likelihood of the NBD model, in which nobody ever leaves: Σ ln Γ(r + x) − ln Γ(r) + r ln α − (r +
/// x) ln(α + T), by r and α. It is that of [`dropout`] for a → 0, without the constants that the two have in common
/// (Ehrenberg 1959; Fader, Hardie and Lee 2005, equation 6 without its second and last factor).
pub(super) fn no_dropout(counts: &Counts, [r, alpha]: [f64; 2]) -> Point<2> {
    let [value, slope, curvature] = counts.rising(r);
    let n = counts.customers as f64;
    let mut value = value + n * r * alpha.ln();
    let mut gradient = [slope + n * alpha.ln(), n * r / alpha];
    let mut hessian = [[curvature, n / alpha], [n / alpha, -n * r / (alpha * alpha)]];
    for age in &counts.ages {
        let time = alpha + age.weeks;
        let (logarithm, orders) = (time.ln(), r * age.customers + age.repeats);
        value -= orders * logarithm;
        gradient[0] -= age.customers * logarithm;
        gradient[1] -= orders / time;
        hessian[0][1] -= age.customers / time;
        hessian[1][1] += orders / (time * time);
    }
    hessian[1][0] = hessian[0][1];
    Point { value, gradient, hessian }
}

/// The logarithm of the likelihood of the BG/NBD model by r, α, a and b (Fader, Hardie and Lee 2005, equation 6): that of
/// [`no_dropout`], the chance to have stayed after every repeat, Γ(a + b) Γ(b + x) ÷ Γ(b) Γ(a + b + x), and for those who
/// came back 1 + exp(u) with u = ln a − ln(b + x − 1) + (r + x) (ln(α + T) − ln(α + t_x)): the odds that the last purchase
/// was the last one for ever.
pub(super) fn dropout(counts: &Counts, [r, alpha, a, b]: [f64; 4]) -> Point<4> {
    let base = no_dropout(counts, [r, alpha]);
    let (stay, either) = (counts.rising(b), counts.rising(a + b));
    let mut value = base.value + stay[0] - either[0];
    let mut gradient = [base.gradient[0], base.gradient[1], -either[1], stay[1] - either[1]];
    let mut hessian = [[0.0; 4]; 4];
    for (row, of_base) in base.hessian.iter().enumerate() {
        hessian[row][..2].copy_from_slice(of_base);
    }
    hessian[2][2] = -either[2];
    hessian[2][3] = -either[2];
    hessian[3][3] = stay[2] - either[2];

    let days = counts.days(alpha);
    let by_repeats: Vec<(f64, f64)> =
        (0_u32..).zip(0..=counts.more_than.len()).map(|(repeats, _)| of_odds(a, b, repeats)).collect();
    for group in &counts.returned {
        let history = group.history;
        let orders = r + f64::from(history.repeats);
        let ((log_age, age), (log_last, last)) = (days[history.age as usize], days[history.last as usize]);
        let (odds, stayed) = by_repeats[history.repeats as usize];
        let silence = log_age - log_last;
        let (soft, left) = softplus(odds + orders * silence);
        let faded = age - last;
        let slopes = [silence, orders * faded, a.recip(), -stayed];
        value += group.customers * soft;
        let (first, second) = (group.customers * left, group.customers * left * (1.0 - left));
        for row in 0..4 {
            gradient[row] += first * slopes[row];
            for column in row..4 {
                hessian[row][column] += second * slopes[row] * slopes[column];
            }
        }
        hessian[0][1] += first * faded;
        hessian[1][1] += first * orders * (last * last - age * age);
        hessian[2][2] -= first / (a * a);
        hessian[3][3] += first * stayed * stayed;
    }
    let hessian = from_fn(|row| from_fn(|column| hessian[row.min(column)][row.max(column)]));
    Point { value, gradient, hessian }
}

/// ln a − ln(b + x − 1) and 1 ÷ (b + x − 1), for those with repeats.
fn of_odds(a: f64, b: f64, repeats: u32) -> (f64, f64) {
    let stayed = b + f64::from(repeats.saturating_sub(1));
    (a.ln() - stayed.ln(), stayed.recip())
}

/// ln(1 + exp(u)) and its derivative, without overflow.
fn softplus(u: f64) -> (f64, f64) {
    let small = (-u.abs()).exp();
    let share = small / (1.0 + small);
    (u.max(0.0) + small.ln_1p(), if u > 0.0 { 1.0 - share } else { share })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use statrs::function::gamma::ln_gamma;

    use super::*;
    use crate::value::History;

    fn histories() -> impl Strategy<Value = Vec<(History, u32)>> {
        let history = (0_u32..400, 0_u32..400, 0_u32..12).prop_map(|(last, rest, repeats)| {
            let repeats = repeats.min(last);
            History { repeats, last: if repeats == 0 { 0 } else { last }, age: last + rest }
        });
        vec((history, 1_u32..5), 1..30)
    }

    /// Equation 6 as it is printed.
    fn printed([r, alpha, a, b]: [f64; 4], history: &History) -> f64 {
        let past = history.past();
        let x = past.repeats;
        let first = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
        let second = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
        let alive = (alpha + past.age).powf(-r - x);
        let gone = if x > 0.0 { a / (b + x - 1.0) * (alpha + past.last).powf(-r - x) } else { 0.0 };
        first + second + (alive + gone).ln()
    }

    fn close(found: f64, expected: f64, tolerance: f64) -> Result<(), TestCaseError> {
        prop_assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} for {expected}");
        Ok(())
    }

    proptest! {
        #[test]
        fn it_is_the_printed_one_and_its_derivatives_are_right(
            groups in histories(),
            logarithms in [-2.0_f64..2.0, -1.0..3.0, -2.0..2.0, -2.0..2.0],
        ) {
            let counts = Counts::of(groups.iter().copied());
            let parameters = logarithms.map(f64::exp);
            let point = dropout(&counts, parameters);
            let sum: f64 = groups.iter().map(|(history, n)| f64::from(*n) * printed(parameters, history)).sum();
            close(point.value, sum, 1e-11)?;
            for index in 0..4 {
                let aside = |step: f64| {
                    let mut moved = parameters;
                    moved[index] += step;
                    dropout(&counts, moved)
                };
                let step = 1e-5 * parameters[index];
                let (after, before) = (aside(step), aside(-step));
                close(point.gradient[index], (after.value - before.value) / (2.0 * step), 1e-5)?;
                for other in 0..4 {
                    let change = (after.gradient[other] - before.gradient[other]) / (2.0 * step);
                    close(point.hessian[index][other], change, 1e-5)?;
                }
            }
        }

        #[test]
        fn without_dropout_it_is_the_limit(groups in histories(), logarithms in [-2.0_f64..2.0, -1.0..3.0]) {
            let counts = Counts::of(groups.into_iter());
            let [r, alpha] = logarithms.map(f64::exp);
            let limit = dropout(&counts, [r, alpha, 1e-250, 1.0]).value;
            close(no_dropout(&counts, [r, alpha]).value, limit, 1e-12)?;
        }
    }
}
