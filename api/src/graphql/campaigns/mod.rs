//! Campaigns as the schema shows them.

mod input;
mod list;
mod loading;
mod mutation;
mod plan;
mod results;
mod types;

pub(super) use list::CampaignQuery;
pub(super) use loading::CampaignsFor;
pub(super) use mutation::CampaignMutation;
pub(super) use types::Campaign;
