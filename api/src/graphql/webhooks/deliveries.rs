//! What an endpoint is told, and what became of it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object, SimpleObject};
use entity::{webhook_attempt, webhook_delivery};

use super::loading::AttemptsOf;
use super::types::{WebhookEndpoint, WebhookEvent};
use crate::db::page::Slice;
use crate::error::{Fault, FaultKind};
use crate::global_id::GlobalId;
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::loaders::load;
use crate::graphql::scalars::DateTime;

/// How far a delivery has come.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::WebhookDeliveryStatus")]
pub(crate) enum WebhookDeliveryStatus {
    /// It waits for its turn or for its next attempt.
    Pending,
    /// The receiver answered with a status of 200 to 299.
    Delivered,
    /// It was given up: after a day of attempts, or because the receiver answered 410. `redeliverWebhook` begins anew.
    Failed,
}

/// Something that an endpoint is told. Its id is the header `webhook-id`, the same at each attempt.
#[derive(Clone)]
pub(crate) struct WebhookDelivery(Arc<webhook_delivery::Model>);

impl WebhookDelivery {
    pub(crate) fn new(row: webhook_delivery::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Something that an endpoint is told. Its id is the header `webhook-id`, the same at each attempt.
#[Object]
impl WebhookDelivery {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::WebhookDelivery(self.0.id).text().into()
    }

    async fn endpoint(&self, ctx: &Context<'_>) -> Result<WebhookEndpoint, Error> {
        let found = load(ctx, self.0.endpoint_id).await?;
        // It was removed just now, and the delivery with it.
        let gone = || Fault::of(FaultKind::BadInput, "the endpoint has been removed meanwhile");
        Ok(WebhookEndpoint::new(found.ok_or_else(gone)?))
    }

    async fn event(&self) -> WebhookEvent {
        self.0.event.into()
    }

    async fn status(&self) -> WebhookDeliveryStatus {
        self.0.status.into()
    }

    /// Oldest first.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<WebhookAttempt>, Error> {
        let rows = load(ctx, AttemptsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(WebhookAttempt::from).collect())
    }

    /// Null where it waits for what comes before it, and once it is settled.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at.map(DateTime)
    }

    /// When what it tells of happened, which is its `timestamp`.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// One attempt to deliver.
#[derive(SimpleObject)]
pub(crate) struct WebhookAttempt {
    at: DateTime,
    duration_ms: i32,
    /// Null where there was no answer.
    response_status: Option<i32>,
    /// Null where it was delivered.
    error: Option<String>,
}

impl From<webhook_attempt::Model> for WebhookAttempt {
    fn from(row: webhook_attempt::Model) -> Self {
        let webhook_attempt::Model { at, duration_ms, response_status, error, .. } = row;
        Self { at: DateTime(at), duration_ms: int(duration_ms), response_status: response_status.map(int), error }
    }
}

/// Deliveries, newest first.
#[derive(SimpleObject)]
pub(crate) struct WebhookDeliveryConnection {
    edges: Vec<WebhookDeliveryEdge>,
    nodes: Vec<WebhookDelivery>,
    page_info: PageInfo,
}

/// A delivery and where it stands.
#[derive(SimpleObject)]
pub(crate) struct WebhookDeliveryEdge {
    cursor: String,
    node: WebhookDelivery,
}

impl WebhookDeliveryConnection {
    pub(super) fn new(slice: &Slice<webhook_delivery::Model>) -> Self {
        let nodes: Vec<WebhookDelivery> = slice.rows.iter().map(|(_, row)| WebhookDelivery::new(row.clone())).collect();
        let cursors = slice.rows.iter().map(|(cursor, _)| cursor.text());
        let edges =
            cursors.zip(nodes.iter().cloned()).map(|(cursor, node)| WebhookDeliveryEdge { cursor, node }).collect();
        Self { edges, nodes, page_info: PageInfo::of(slice) }
    }
}
