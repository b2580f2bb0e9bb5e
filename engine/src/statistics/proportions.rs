//! Shares, and the difference of two of them.

use super::distributions::normal_distance;
use super::estimate::{CONFIDENCE, Estimate};

/// So many of so many, such as buyers among members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proportion {
    /// Those that count, from 0 to all.
    pub part: i64,
    /// All of them.
    pub whole: i64,
}

impl Proportion {
    /// The share itself, 0 to 1; none of nothing.
    pub fn value(&self) -> Option<f64> {
        (self.whole > 0).then(|| crate::figures::ratio(self.part, self.whole))
    }
}

/// The score interval of a share, 0 to 1: Wilson (1927), in the form of Newcombe (1998), method 3. None of nothing.
pub fn wilson(share: Proportion, confidence: f64) -> Option<(f64, f64)> {
    share.value().map(|_| score_interval(share, normal_distance(confidence)))
}

/// One share less another with its interval, by Newcombe's hybrid of two score intervals without a correction for
/// continuity: Newcombe (1998), “Interval estimation for the difference between independent proportions”, Statistics in
/// Medicine 17, method 10. It keeps to −1 … 1 and says something sensible of shares of 0 and 1. The p-value is that of the
/// same interval, read the other way round (Fay 2010, The R Journal 2/1, on why the two must match). None where one of
/// the groups is empty.
pub fn newcombe(one: Proportion, other: Proportion) -> Option<Estimate> {
    let value = one.value()? - other.value()?;
    let (low, high) = hybrid(one, other, normal_distance(CONFIDENCE));
    Some(Estimate { value, low, high, p_value: p_value(one, other, value) })
}

fn hybrid(one: Proportion, other: Proportion, z: f64) -> (f64, f64) {
    let [p, q] = [one, other].map(|share| share.value().unwrap_or_default());
    let [(p_low, p_high), (q_low, q_high)] = [one, other].map(|share| score_interval(share, z));
    let difference = p - q;
    (difference - (p - p_low).hypot(q_high - q), difference + (p_high - p).hypot(q - q_low))
}

/// The two ends for a distance of `z` standard errors.
fn score_interval(share: Proportion, z: f64) -> (f64, f64) {
    let Proportion { part, whole } = share;
    let [part, rest, whole] = [part, whole - part, whole].map(|count| super::moments::float(count.into()));
    let square = z * z;
    let root = z * (square + 4.0 * part * rest / whole).sqrt();
    let below = 2.0 * (whole + square);
    // The ends of nought and of all are nought and one to the last digit.
    let low = if part == 0.0 { 0.0 } else { (2.0 * part + square - root) / below };
    let high = if rest == 0.0 { 1.0 } else { (2.0 * part + square + root) / below };
    (low, high)
}

/// Halvings of a span of `z`: the float has no more digits.
const HALVINGS: usize = 100;

/// The probability beyond the distance at which the interval just reaches zero. The wider the interval is asked for, the
/// farther it reaches, so that halving finds the place.
fn p_value(one: Proportion, other: Proportion, value: f64) -> f64 {
    let reaches = |z: f64| {
        let (low, high) = hybrid(one, other, z);
        low <= 0.0 && 0.0 <= high
    };
    // Beyond this distance a probability is no float any more.
    let (mut near, mut far) = (0.0, 38.0);
    if value == 0.0 {
        return 1.0;
    }
    if !reaches(far) {
        return 0.0;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(near, far);
        if reaches(middle) { far = middle } else { near = middle }
    }
    super::distributions::normal_both_tails(far)
}
