//! An endpoint.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object};
use entity::webhook_endpoint;

use super::deliveries::WebhookDeliveryConnection;
use super::loading::{DeliveriesOf, SegmentsOf};
use crate::global_id::GlobalId;
use crate::graphql::connection::forward;
use crate::graphql::loaders::{Part, load, load_each};
use crate::graphql::scalars::Url;
use crate::graphql::segments::Segment;
use crate::webhooks;

/// What webhooks tell of.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::WebhookEvent")]
pub(crate) enum WebhookEvent {
    /// `segment.created`
    SegmentCreated,
    /// `segment.updated`: what it is called, what is said of it, or its rule is different.
    SegmentUpdated,
    /// `segment.activated`
    SegmentActivated,
    /// `segment.deactivated`
    SegmentDeactivated,
    /// `segment.removed`
    SegmentRemoved,
    /// `segment.member_joined`: up to 500 members at once, each with number, reason and instant; a larger change arrives in several deliveries.
    MemberJoinedSegment,
    /// `segment.member_left`: up to 500 members at once, each with number, reason and instant; a larger change arrives in several deliveries.
    MemberLeftSegment,
    /// `campaign.started`: its audience is fixed. Told of with the campaign's segment.
    CampaignStarted,
    /// `campaign.ended`: by hand, or because its time is over. Told of with the campaign's segment.
    CampaignEnded,
}

/// Somebody who is told of changes over HTTP, after the Standard Webhooks specification: at least once, and what concerns one segment in its order.
#[derive(Clone)]
pub(crate) struct WebhookEndpoint(Arc<webhook_endpoint::Model>);

impl WebhookEndpoint {
    pub(crate) fn new(row: impl Into<Arc<webhook_endpoint::Model>>) -> Self {
        Self(row.into())
    }
}

/// Somebody who is told of changes over HTTP, after the Standard Webhooks specification: at least once, and what concerns one segment in its order.
#[Object]
impl WebhookEndpoint {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::WebhookEndpoint(self.0.id).text().into()
    }

    async fn url(&self) -> Url {
        Url(self.0.url.clone())
    }

    /// What it is told of.
    async fn events(&self) -> Vec<WebhookEvent> {
        webhooks::events_of(&self.0.events).into_iter().map(Into::into).collect()
    }

    /// The segments that it is told of, where it is not told of all. One that is removed is told of a last time.
    async fn segments(&self, ctx: &Context<'_>) -> Result<Vec<Segment>, Error> {
        if self.0.all_segments {
            return Ok(Vec::new());
        }
        let ids = load(ctx, SegmentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(load_each(ctx, ids).await?.into_iter().map(Segment::new).collect())
    }

    /// Whether it is told of every segment, also of those to come.
    async fn all_segments(&self) -> bool {
        self.0.all_segments
    }

    /// While it is not, nothing is sent, and what happens is not told later; what was waiting goes on waiting, for 30 days.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Why it was switched off where no person did it: a delivery failed for a day, or the receiver answered 410.
    async fn disabled_reason(&self) -> Option<&str> {
        self.0.disabled_reason.as_deref()
    }

    /// Newest first. Settled ones are kept for 30 days.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<WebhookDeliveryConnection, Error> {
        let part = Part::new(self.0.id, DeliveriesOf(forward(first, after)));
        Ok(WebhookDeliveryConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }
}
