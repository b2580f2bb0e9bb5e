//! What can be seen with so many members.

use super::distributions::{normal_below, normal_distance};
use super::estimate::CONFIDENCE;
use super::moments::float;

/// A difference that is called detectable is found significant in so many of 100 cases.
pub const POWER: f64 = 0.8;

/// The chance to find a difference of two shares significant, at a confidence of 95 %, both sides looked at: with a share
/// of `base + difference` of `first` members against a share of `base` of `second`. By the normal approximation with the
/// pooled variance for no difference and the separate variances for this one (Fleiss, Levin, Paik 2003, “Statistical
/// Methods for Rates and Proportions”, section 4.2, without the correction for continuity).
pub fn power(base: f64, difference: f64, first: i64, second: i64) -> f64 {
    let [first, second] = [first, second].map(|count| float(count.into()));
    let raised = base + difference;
    let pooled = (first * raised + second * base) / (first + second);
    let without = (pooled * (1.0 - pooled) * (1.0 / first + 1.0 / second)).sqrt();
    let with = (raised * (1.0 - raised) / first + base * (1.0 - base) / second).sqrt();
    let bound = normal_distance(CONFIDENCE) * without;
    if with == 0.0 {
        return if difference.abs() > bound { 1.0 } else { 0.0 };
    }
    normal_below((difference - bound) / with) + normal_below((-difference - bound) / with)
}

/// Halvings of a span of shares: the float has no more digits.
const HALVINGS: usize = 60;

/// The smallest rise above a share of `base`, 0 to 1, that is found significant with a chance of [`POWER`]: `first`
/// members against `second`. None where a group is empty, and where not even a rise to all of them would be found.
pub fn smallest_detectable(base: f64, first: i64, second: i64) -> Option<f64> {
    let most = 1.0 - base;
    let is_there = first > 0 && second > 0 && (0.0..1.0).contains(&base);
    if !is_there || power(base, most, first, second) < POWER {
        return None;
    }
    let (mut hidden, mut seen) = (0.0, most);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(hidden, seen);
        if power(base, middle, first, second) < POWER { hidden = middle } else { seen = middle }
    }
    Some(seen)
}
