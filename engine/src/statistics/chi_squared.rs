//! Whether members were split as they should have been.

use super::distributions::normal_both_tails;
use super::moments::float;

/// How often a split at least as lopsided would come about by chance, where each of the members goes to the first side
/// with a probability of `share`: Pearson's χ² with one degree of freedom. None where nobody was split, and where all
/// should be on one side.
pub fn split_probability(first: i64, second: i64, share: f64) -> Option<f64> {
    let all = float(i128::from(first) + i128::from(second));
    let expected = all * share;
    // Both sides are off by the same, so that the two terms are one.
    let off = float(first.into()) - expected;
    let chi_squared = off * off / (expected * (1.0 - share));
    // χ² with one degree of freedom is the square of a standard normal variable.
    (all > 0.0 && share > 0.0 && share < 1.0).then(|| normal_both_tails(chi_squared.sqrt()))
}
