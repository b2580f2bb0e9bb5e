//! What a holdout can show, before a campaign starts.

use async_graphql::SimpleObject;
use engine::campaigns::{Note, Plan};

use crate::graphql::connection::int;

/// What a holdout of this size can detect, before starting.
#[derive(SimpleObject)]
pub(crate) struct CampaignPlan {
    /// Members of the segment.
    audience: i32,
    /// How many of them are to be expected in the holdout; the draw may give a few more or fewer.
    held_out: i32,
    /// In points of conversion, with 80 % power at 95 % confidence.
    smallest_detectable_uplift: Option<f64>,
    notes: Vec<String>,
}

impl From<Plan> for CampaignPlan {
    fn from(plan: Plan) -> Self {
        Self {
            audience: int(plan.audience),
            held_out: int(plan.held_out),
            smallest_detectable_uplift: plan.smallest_detectable_uplift,
            notes: plan.notes.iter().map(Note::sentence).collect(),
        }
    }
}
