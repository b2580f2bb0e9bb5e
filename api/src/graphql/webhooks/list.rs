//! Lists of endpoints.

use async_graphql::{Context, Error, Object, SimpleObject};
use entity::webhook_endpoint;

use super::types::WebhookEndpoint;
use crate::db::page::{Cursor, Slice};
use crate::graphql::access::ADMIN;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, forward, int};
use crate::webhooks;

/// Endpoints in the order in which they were made.
pub(crate) struct WebhookEndpointConnection(Slice<webhook_endpoint::Model>);

/// An endpoint and where it stands.
#[derive(SimpleObject)]
pub(crate) struct WebhookEndpointEdge {
    cursor: String,
    node: WebhookEndpoint,
}

/// Endpoints in the order in which they were made.
#[Object]
impl WebhookEndpointConnection {
    async fn edges(&self) -> Vec<WebhookEndpointEdge> {
        let edge = |(cursor, row): &(Cursor, webhook_endpoint::Model)| WebhookEndpointEdge {
            cursor: cursor.text(),
            node: WebhookEndpoint::new(row.clone()),
        };
        self.0.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<WebhookEndpoint> {
        self.0.rows.iter().map(|(_, row)| WebhookEndpoint::new(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0)
    }

    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(webhooks::count(app(ctx)).await?))
    }
}

#[derive(Default)]
pub(crate) struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// Who is told of changes over HTTP, in the order in which they were made. ADMIN only.
    #[graphql(guard = "ADMIN")]
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<WebhookEndpointConnection, Error> {
        Ok(WebhookEndpointConnection(webhooks::page(app(ctx), &forward(first, after)).await?))
    }
}
