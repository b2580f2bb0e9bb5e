//! Earning and burning of points.

mod analysis;
mod daily;
mod flow;
mod rewards;

pub use analysis::{PointsAnalysis, PointsByOrigin, PointsPoint};
pub use flow::PointsFlow;
pub use rewards::{RewardTimes, RewardTimesAnswer};
