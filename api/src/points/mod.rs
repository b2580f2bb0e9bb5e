//! The points ledger: earned − redeemed − expired + adjusted = outstanding.

mod input;
pub mod list;
pub mod ops;
mod store;

pub use input::{Checked, PointsInput};
