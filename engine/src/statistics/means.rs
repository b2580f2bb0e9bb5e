//! Means, and the difference of two of them.

use super::distributions::{student_both_tails, student_distance};
use super::estimate::{CONFIDENCE, Estimate};
use super::moments::{Moments, float};

/// A mean of independent observations, or what behaves like one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// The sample variance of the observations.
    pub variance: f64,
    /// How many observations, at least two.
    pub count: i64,
}

impl Mean {
    /// The mean of numbers; none of fewer than two.
    pub fn of(moments: &Moments) -> Option<Self> {
        Some(Self { value: moments.mean()?, variance: moments.variance()?, count: moments.count })
    }

    fn squared_error(&self) -> f64 {
        self.variance / float(self.count.into())
    }

    fn degrees(&self) -> f64 {
        float(i128::from(self.count) - 1)
    }
}

/// One mean less another with its interval, for variances that need not be equal: Welch (1947), “The generalization of
/// Student's problem when several different population variances are involved”, Biometrika 34, with the degrees of freedom
/// of Satterthwaite (1946). None where nothing varies on either side: then there is nothing to tell chance by.
pub fn welch(one: &Mean, other: &Mean) -> Option<Estimate> {
    let errors = [one, other].map(Mean::squared_error);
    let squared_error = errors[0] + errors[1];
    if squared_error.is_nan() || squared_error <= 0.0 {
        return None;
    }
    // As shares of the whole, so that the squares of large amounts stay floats.
    let [of_one, of_other] = errors.map(|error| error / squared_error);
    let degrees = 1.0 / (of_one * of_one / one.degrees() + of_other * of_other / other.degrees());
    let (value, error) = (one.value - other.value, squared_error.sqrt());
    let reach = student_distance(CONFIDENCE, degrees) * error;
    let p_value = student_both_tails(value / error, degrees);
    Some(Estimate { value, low: value - reach, high: value + reach, p_value })
}
