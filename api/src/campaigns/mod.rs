//! Campaigns: an audience is fixed and a part of it left alone, what members do with what they get is recorded, and both
//! sides are compared.

mod audience_store;
mod count_store;
mod edit;
mod end;
mod engagement_store;
mod input;
mod list;
mod record;
mod results;
mod start;
mod store;

pub use count_store::{differences as count_differences, without};
pub use edit::{create, remove, update};
pub use end::{end, end_over};
pub use input::{CampaignPatch, NewCampaign};
pub use list::{AudienceList, CampaignFilter, audience, by_id, by_ids, count, of_segments, page, search, targeted};
pub use record::{EngagementInput, record};
pub use results::{Outcome, plan, results};
pub use start::{Drawing, start, start_at};

use engine::calendar::{Millis, utc_datetime};
use entity::campaign;

use crate::audit::{Changes, Entry, Object};
use crate::error::{Refusal, RefusalCode};

/// A change of a campaign for the audit log.
fn trace(action: &'static str, campaign: &campaign::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("Campaign", campaign.id.0, campaign.name.as_str()), changes }
}

/// An instant as the audit log shows it.
fn shown(at: Millis) -> String {
    utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Where the campaign stands in most inputs.
const ID: &[&str] = &["input", "id"];

fn missing(path: &[&str]) -> Refusal {
    Refusal::new(RefusalCode::NotFound, "there is no such campaign", path)
}

fn not_allowed(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, message, ID)
}
