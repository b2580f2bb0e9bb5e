//! What hangs below endpoints and deliveries, a statement a kind for a whole page.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::{SegmentId, WebhookDeliveryId, WebhookEndpointId};
use entity::{webhook_attempt, webhook_delivery, webhook_endpoint};

use crate::db::page::{PageArguments, Slice};
use crate::error::Fault;
use crate::graphql::loaders::{Part, Reader, each_part};
use crate::webhooks;

/// The segments that an endpoint is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SegmentsOf(pub(super) WebhookEndpointId);

/// The attempts of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AttemptsOf(pub(super) WebhookDeliveryId);

/// The arguments of `WebhookEndpoint.deliveries`.
#[derive(Clone, Debug)]
pub(super) struct DeliveriesOf(pub(super) PageArguments);

impl Loader<WebhookEndpointId> for Reader {
    type Value = Arc<webhook_endpoint::Model>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[WebhookEndpointId]) -> Result<HashMap<WebhookEndpointId, Self::Value>, Self::Error> {
        let rows = webhooks::endpoints_by_ids(&self.0, keys).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

impl Loader<SegmentsOf> for Reader {
    type Value = Vec<SegmentId>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[SegmentsOf]) -> Result<HashMap<SegmentsOf, Self::Value>, Self::Error> {
        let ids: Vec<WebhookEndpointId> = keys.iter().map(|key| key.0).collect();
        let found = webhooks::segments_of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(endpoint, segments)| (SegmentsOf(endpoint), segments)).collect())
    }
}

impl Loader<AttemptsOf> for Reader {
    type Value = Vec<webhook_attempt::Model>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[AttemptsOf]) -> Result<HashMap<AttemptsOf, Self::Value>, Self::Error> {
        let ids: Vec<WebhookDeliveryId> = keys.iter().map(|key| key.0).collect();
        let found = webhooks::attempts_of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(delivery, attempts)| (AttemptsOf(delivery), attempts)).collect())
    }
}

impl Loader<Part<WebhookEndpointId, DeliveriesOf>> for Reader {
    type Value = Arc<Slice<webhook_delivery::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<WebhookEndpointId, DeliveriesOf>],
    ) -> Result<HashMap<Part<WebhookEndpointId, DeliveriesOf>, Self::Value>, Self::Error> {
        let read = async |endpoints: Vec<WebhookEndpointId>, which: Arc<DeliveriesOf>| {
            webhooks::deliveries_of(&self.0, &endpoints, &which.0).await
        };
        each_part(keys, read).await
    }
}
