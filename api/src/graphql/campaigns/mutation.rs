//! Campaigns are made, started and ended, and what members do with them comes in.

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use entity::campaign;
use entity::ids::CampaignId;

use super::input::{CampaignEngagementInput, CreateCampaignInput, UpdateCampaignInput};
use super::types::Campaign;
use crate::campaigns;
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused};
use crate::graphql::ingest::{IngestPayload, bounded};
use crate::graphql::jobs::NodeInput;
use crate::graphql::webhooks::RemoveNodePayload;

/// A campaign after a change.
#[derive(SimpleObject)]
pub(crate) struct CampaignPayload {
    campaign: Option<Campaign>,
    user_errors: Vec<UserError>,
}

impl CampaignPayload {
    fn new(outcome: Result<campaign::Model, Stop>) -> Result<Self, Error> {
        let (campaign, user_errors) = refused(outcome)?;
        Ok(Self { campaign: campaign.map(Campaign::new), user_errors })
    }
}

#[derive(Default)]
pub(crate) struct CampaignMutation;

#[Object]
impl CampaignMutation {
    /// Makes a draft of a campaign for the members of a segment.
    #[graphql(guard = "ADMIN")]
    async fn create_campaign(&self, ctx: &Context<'_>, input: CreateCampaignInput) -> Result<CampaignPayload, Error> {
        CampaignPayload::new(campaigns::create(app(ctx), caller(ctx)?.by(), input.into()).await)
    }

    /// While it is a draft.
    #[graphql(guard = "ADMIN")]
    async fn update_campaign(&self, ctx: &Context<'_>, input: UpdateCampaignInput) -> Result<CampaignPayload, Error> {
        let by = caller(ctx)?.by();
        let outcome = async {
            let id = named(&input.id, "id")?;
            campaigns::update(app(ctx), by, id, input.patch()?).await
        };
        CampaignPayload::new(outcome.await)
    }

    /// While it is a draft.
    #[graphql(guard = "ADMIN")]
    async fn remove_campaign(&self, ctx: &Context<'_>, input: NodeInput) -> Result<RemoveNodePayload, Error> {
        let by = caller(ctx)?.by();
        let outcome = async { campaigns::remove(app(ctx), by, named(&input.id, "id")?).await };
        let (removed, user_errors) = refused(outcome.await)?;
        Ok(RemoveNodePayload::new(removed.map(GlobalId::Campaign), user_errors))
    }

    /// Draws the holdout and fixes the audience.
    #[graphql(guard = "ADMIN")]
    async fn start_campaign(&self, ctx: &Context<'_>, input: NodeInput) -> Result<CampaignPayload, Error> {
        let by = caller(ctx)?.by();
        let outcome = async { campaigns::start(app(ctx), by, named(&input.id, "id")?).await };
        CampaignPayload::new(outcome.await)
    }

    /// Ends a campaign before its time; one whose time is over ends by itself.
    #[graphql(guard = "ADMIN")]
    async fn end_campaign(&self, ctx: &Context<'_>, input: NodeInput) -> Result<CampaignPayload, Error> {
        let by = caller(ctx)?.by();
        let outcome = async { campaigns::end(app(ctx), by, named(&input.id, "id")?).await };
        CampaignPayload::new(outcome.await)
    }

    /// Records what members of the audience did with what they got. An event already recorded is left as it is and counted as
    /// a duplicate; NOT_FOUND is who is not in the audience.
    #[graphql(guard = "ADMIN")]
    async fn record_campaign_engagement(
        &self,
        ctx: &Context<'_>,
        input: CampaignEngagementInput,
    ) -> Result<IngestPayload, Error> {
        const LIST: &str = "events";
        let by = caller(ctx)?.by();
        let outcome = async {
            let id = named(&input.campaign, "campaign")?;
            bounded(input.events.len(), LIST)?;
            campaigns::record(app(ctx), by, id, input.events.into_iter().map(Into::into).collect()).await
        };
        IngestPayload::new(outcome.await, LIST)
    }
}

/// The campaign of an id that stands in a field of the input.
fn named(id: &ID, field: &str) -> Result<CampaignId, Stop> {
    match GlobalId::read(id) {
        Some(GlobalId::Campaign(id)) => Ok(id),
        _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such campaign", &["input", field]).into()),
    }
}
