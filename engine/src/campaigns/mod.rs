//! Campaigns: who is held out, what a holdout can show, and what a campaign brought.

mod arm;
mod days;
mod holdout;
mod plan;
mod results;
mod sums;
#[cfg(test)]
mod tests;
mod warning;

pub use arm::Arm;
pub use days::campaign_days;
pub use holdout::{Audience, Holdout};
pub use plan::{Note, Plan, plan};
pub use results::{Basis, Engagement, Results, Terms, results};
pub use sums::{CampaignSums, STAYING, Side, Sides};
pub use warning::Warning;

/// With fewer members held out, hardly any effect can be told from chance.
pub const FEW_HELD_OUT: i64 = 100;
