//! Intervals and tests for differences between two groups of members, and the sums that they are worked out from.

mod chi_squared;
mod distributions;
mod estimate;
mod means;
mod moments;
mod power;
mod proportions;
#[cfg(test)]
pub(crate) mod tests;

pub use chi_squared::split_probability;
pub use estimate::{CONFIDENCE, Estimate};
pub use means::{Mean, welch};
pub use moments::Moments;
pub use power::{POWER, power, smallest_detectable};
pub use proportions::{Proportion, newcombe, wilson};
