//! What was told, and is to be: looked at, and sent once more.

use std::collections::HashMap;

use entity::ids::{WebhookDeliveryId, WebhookEndpointId};
use entity::kinds::WebhookDeliveryStatus;
use entity::{webhook_attempt, webhook_delivery};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::{CHANNEL, delivery_store as store, endpoint_store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::db::{self, raced};
use crate::error::{Fault, Refusal, RefusalCode, Stop};

/// The same part of the deliveries to each of some endpoints, newest first, in one statement.
pub async fn deliveries_of(
    app: &App,
    endpoints: &[WebhookEndpointId],
    arguments: &PageArguments,
) -> Result<HashMap<WebhookEndpointId, Slice<webhook_delivery::Model>>, Fault> {
    let id = Expr::col(webhook_delivery::Column::Id.as_column_ref());
    let order = Order {
        tag: "webhook_delivery.id:desc".into(),
        key: id.clone(),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id,
    };
    let page = Page::new(arguments, &order)?;
    let selects = endpoints.iter().map(|endpoint| (endpoint.0, store::of_endpoint(*endpoint))).collect();
    let slices = page.read_each(app.db.reader(), selects, &order).await?;
    Ok(slices.into_iter().map(|(endpoint, slice)| (WebhookEndpointId(endpoint), slice)).collect())
}

/// The deliveries of ids, in no order.
pub async fn deliveries_by_ids(app: &App, ids: &[WebhookDeliveryId]) -> Result<Vec<webhook_delivery::Model>, Fault> {
    Ok(store::deliveries(app.db.reader(), ids).await?)
}

/// The attempts of deliveries, oldest first.
pub async fn attempts_of(
    app: &App,
    ids: &[WebhookDeliveryId],
) -> Result<HashMap<WebhookDeliveryId, Vec<webhook_attempt::Model>>, Fault> {
    Ok(store::attempts(app.db.reader(), ids).await?)
}

/// Sends something once more, whatever became of it, with a schedule from the start; what waits for its next attempt goes
/// at once. It may then arrive after what happened later: its `timestamp` says when it happened.
pub async fn redeliver(app: &App, by: By<'_>, id: WebhookDeliveryId) -> Result<webhook_delivery::Model, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let missing = || Refusal::new(RefusalCode::NotFound, "there is no such delivery", &["id"]);
        let before = store::lock(&txn, id).await?.ok_or_else(missing)?;
        let endpoint = endpoint_store::endpoints(&txn, &[before.endpoint_id]).await?.pop().ok_or_else(missing)?;
        if !endpoint.active {
            let message = "the endpoint is switched off: activate it first";
            return Err(Refusal::new(RefusalCode::NotAllowed, message, &["id"]).into());
        }
        let changes = Changes::none()
            .field("status", before.status.word(), WebhookDeliveryStatus::Pending.word())
            .field("attempts", before.tries, 0);
        if changes.is_empty() {
            return Ok(before);
        }
        store::begin_anew(&txn, id).await?;
        let object = Object::one("WebhookDelivery", id.0, before.event.word());
        audit::write(app, &txn, by, Entry { action: by.action("redeliverWebhook"), object, changes }).await?;
        let after = store::deliveries(&txn, &[id]).await?.pop().ok_or_else(|| raced("a delivery was read back"))?;
        db::notify(&txn, CHANNEL).await?;
        txn.commit().await?;
        Ok(after)
    })
    .await
}
