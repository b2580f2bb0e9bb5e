//! Tails and quantiles of the normal distribution and of Student's t.

use std::f64::consts::{PI, SQRT_2};

use libm::erfc;
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::checked_beta_reg;
use statrs::function::erf::erfc_inv;

/// How often a standard normal variable lies at `z` or farther from zero, on either side.
pub(super) fn normal_both_tails(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// How often a standard normal variable lies below `z`.
pub(super) fn normal_below(z: f64) -> f64 {
    erfc(-z / SQRT_2) / 2.0
}

/// The distance from zero within which a standard normal variable lies with a probability from 0 to below 1.
pub(super) fn normal_distance(probability: f64) -> f64 {
    SQRT_2 * erfc_inv(1.0 - probability)
}

/// From so many degrees of freedom on, the expansion below is exact to more digits than a float's square root has.
const MANY_DEGREES: f64 = 2_000.0;

/// Beyond so many, the beta function loses more digits than the expansion below lacks.
const BEYOND_DEGREES: f64 = 1e5;

/// How often Student's t with some degrees of freedom lies at `t` or farther from zero, on either side: Abramowitz and
/// Stegun (1964), 26.7.1 with 26.5.27. For very many degrees of freedom by the expansion of Fisher (1925), “Expansion of
/// Student's integral in powers of n⁻¹”, Metron 5.
pub(super) fn student_both_tails(t: f64, degrees: f64) -> f64 {
    let rest = degrees / (degrees + t * t);
    if degrees <= BEYOND_DEGREES
        && let Ok(tails) = checked_beta_reg(degrees / 2.0, 0.5, rest)
    {
        return tails;
    }
    let (t, square) = (t.abs(), t * t);
    let first = (square + 1.0) / 4.0;
    let second = (((3.0 * square - 7.0) * square - 5.0) * square - 3.0) / 96.0;
    let third = (((((square - 11.0) * square + 14.0) * square + 6.0) * square - 3.0) * square - 15.0) / 384.0;
    let more = t * (first + (second + third / degrees) / degrees) / degrees;
    let density = (-square / 2.0).exp() / (2.0 * PI).sqrt();
    normal_both_tails(t) + 2.0 * density * more
}

/// The distance from zero within which Student's t lies with a probability from 0 to below 1. For many degrees of freedom
/// by the expansion of Abramowitz and Stegun (1964), 26.7.5.
pub(super) fn student_distance(probability: f64, degrees: f64) -> f64 {
    let z = normal_distance(probability);
    if degrees < MANY_DEGREES
        && let Ok(student) = StudentsT::new(0.0, 1.0, degrees)
    {
        return student.inverse_cdf((1.0 + probability) / 2.0);
    }
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    z + (first + (second + third / degrees) / degrees) / degrees
}
