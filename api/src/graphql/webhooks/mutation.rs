//! Endpoints are made, changed and removed; deliveries are sent once more.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::ids::{SegmentId, WebhookEndpointId};

use super::deliveries::WebhookDelivery;
use super::types::{WebhookEndpoint, WebhookEvent};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused_input};
use crate::graphql::jobs::NodeInput;
use crate::graphql::patch::{Fields, patch};
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::Url;
use crate::patch::Patch;
use crate::webhooks::{self, EndpointPatch, NewEndpoint, Signing};
use crate::{app::App, segments};

/// Somebody who is to be told of changes.
#[derive(InputObject)]
pub(crate) struct CreateWebhookEndpointInput {
    /// https, to an address of the public internet, unless the setting `webhook_allow_private` allows others.
    url: Url,
    /// One at least.
    events: Vec<WebhookEvent>,
    /// Of these segments alone; absent or null: of every segment, also of those to come.
    segments: Option<Vec<SegmentRef>>,
}

/// Absent fields stay as they are.
#[derive(InputObject)]
pub(crate) struct UpdateWebhookEndpointInput {
    id: ID,
    /// What is waiting goes there, too, and at once.
    url: MaybeUndefined<Url>,
    /// One at least.
    events: MaybeUndefined<Vec<WebhookEvent>>,
    /// Null: every segment, also those to come.
    segments: MaybeUndefined<Vec<SegmentRef>>,
    /// True sends what was waiting, at once, and clears `disabledReason`.
    active: MaybeUndefined<bool>,
}

/// An endpoint after a change.
#[derive(SimpleObject)]
pub(crate) struct WebhookEndpointPayload {
    endpoint: Option<WebhookEndpoint>,
    /// What signs from now on, where that is new: keep it, it is never shown again.
    secret: Option<String>,
    user_errors: Vec<UserError>,
}

/// The object is gone.
#[derive(SimpleObject)]
pub(crate) struct RemoveNodePayload {
    removed_id: Option<ID>,
    user_errors: Vec<UserError>,
}

impl RemoveNodePayload {
    pub(crate) fn new(removed: Option<GlobalId>, user_errors: Vec<UserError>) -> Self {
        Self { removed_id: removed.map(|id| id.text().into()), user_errors }
    }
}

/// What is sent once more.
#[derive(SimpleObject)]
pub(crate) struct RedeliverWebhookPayload {
    delivery: Option<WebhookDelivery>,
    user_errors: Vec<UserError>,
}

impl WebhookEndpointPayload {
    fn signing(outcome: Result<Signing, Stop>) -> Result<Self, Error> {
        let (signing, user_errors) = refused_input(outcome)?;
        let (endpoint, secret) = signing.map(|Signing { endpoint, secret }| (endpoint, secret.0)).unzip();
        Ok(Self { endpoint: endpoint.map(WebhookEndpoint::new), secret, user_errors })
    }
}

#[derive(Default)]
pub(crate) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// The signing secret is shown this once.
    #[graphql(guard = "ADMIN")]
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: CreateWebhookEndpointInput,
    ) -> Result<WebhookEndpointPayload, Error> {
        let CreateWebhookEndpointInput { url, events, segments } = input;
        let segments = match segments {
            Some(segments) => Some(found(app(ctx), segments).await?),
            None => None,
        };
        let new = NewEndpoint { url: url.0, events: events.into_iter().map(Into::into).collect(), segments };
        WebhookEndpointPayload::signing(webhooks::create(app(ctx), caller(ctx)?.by(), new).await)
    }

    /// Changes an endpoint. While it is not active nothing is sent, and what happens is not told later.
    #[graphql(guard = "ADMIN")]
    async fn update_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: UpdateWebhookEndpointInput,
    ) -> Result<WebhookEndpointPayload, Error> {
        let by = caller(ctx)?.by();
        let outcome = async {
            let mut fields = Fields::default();
            let events = fields.never_null("events", input.events);
            let patch = EndpointPatch {
                url: fields.never_null("url", input.url).map(|url| url.0),
                events: events.map(|events| events.into_iter().map(Into::into).collect()),
                segments: match patch(input.segments) {
                    Patch::Keep => Patch::Keep,
                    Patch::Clear => Patch::Clear,
                    Patch::Set(segments) => Patch::Set(found(app(ctx), segments).await?),
                },
                active: fields.never_null("active", input.active),
            };
            if !fields.refusals.is_empty() {
                return Err(Stop::Refused(fields.refusals));
            }
            webhooks::update(app(ctx), by, endpoint(&input.id)?, patch).await
        };
        let (endpoint, user_errors) = refused_input(outcome.await)?;
        Ok(WebhookEndpointPayload { endpoint: endpoint.map(WebhookEndpoint::new), secret: None, user_errors })
    }

    /// Removes an endpoint, with its deliveries: what was still waiting is not sent.
    #[graphql(guard = "ADMIN")]
    async fn remove_webhook_endpoint(&self, ctx: &Context<'_>, input: NodeInput) -> Result<RemoveNodePayload, Error> {
        let outcome = match endpoint(&input.id) {
            Ok(id) => webhooks::remove(app(ctx), caller(ctx)?.by(), id).await,
            Err(stop) => Err(stop),
        };
        let (removed, user_errors) = refused_input(outcome)?;
        Ok(RemoveNodePayload::new(removed.map(GlobalId::WebhookEndpoint), user_errors))
    }

    /// Both secrets sign for a day; the new one is shown this once.
    #[graphql(guard = "ADMIN")]
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<WebhookEndpointPayload, Error> {
        let outcome = match endpoint(&input.id) {
            Ok(id) => webhooks::rotate_secret(app(ctx), caller(ctx)?.by(), id).await,
            Err(stop) => Err(stop),
        };
        WebhookEndpointPayload::signing(outcome)
    }

    /// Sends a delivery once more, whatever became of it; one that waits for its next attempt goes at once. It may arrive after what happened later. NOT_ALLOWED while the endpoint is not active.
    #[graphql(guard = "ADMIN")]
    async fn redeliver_webhook(&self, ctx: &Context<'_>, input: NodeInput) -> Result<RedeliverWebhookPayload, Error> {
        let outcome = match GlobalId::read(&input.id) {
            Some(GlobalId::WebhookDelivery(id)) => webhooks::redeliver(app(ctx), caller(ctx)?.by(), id).await,
            _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such delivery", &["id"]).into()),
        };
        let (delivery, user_errors) = refused_input(outcome)?;
        Ok(RedeliverWebhookPayload { delivery: delivery.map(WebhookDelivery::new), user_errors })
    }
}

fn endpoint(id: &ID) -> Result<WebhookEndpointId, Stop> {
    match GlobalId::read(id) {
        Some(GlobalId::WebhookEndpoint(id)) => Ok(id),
        _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such endpoint", &["id"]).into()),
    }
}

/// The segments that are named; none for one that is not known.
async fn found(app: &App, segments: Vec<SegmentRef>) -> Result<Vec<Option<SegmentId>>, Stop> {
    let references: Vec<segments::SegmentRef> = segments.into_iter().map(Into::into).collect();
    Ok(segments::find(app, &references).await?)
}
