//! The SQL of deliveries and their attempts.

use std::collections::HashMap;

use engine::calendar::Millis;
use entity::ids::{WebhookDeliveryId, WebhookEndpointId};
use entity::{webhook_attempt, webhook_delivery};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use crate::db::{Txn, for_update, sql};
use crate::error::Fault;

/// A statement over the deliveries to an endpoint.
pub(super) fn of_endpoint(endpoint: WebhookEndpointId) -> SelectStatement {
    webhook_delivery::Entity::find().filter(webhook_delivery::Column::EndpointId.eq(endpoint)).into_query()
}

/// The deliveries of ids.
pub(super) async fn deliveries(
    db: &impl ConnectionTrait,
    ids: &[WebhookDeliveryId],
) -> Result<Vec<webhook_delivery::Model>, DbErr> {
    let ids = ids.iter().map(|id| id.0);
    webhook_delivery::Entity::find().filter(webhook_delivery::Column::Id.is_in(ids)).all(db).await
}

/// The attempts of deliveries, oldest first.
pub(super) async fn attempts(
    db: &impl ConnectionTrait,
    ids: &[WebhookDeliveryId],
) -> Result<HashMap<WebhookDeliveryId, Vec<webhook_attempt::Model>>, DbErr> {
    let ids = ids.iter().map(|id| id.0);
    let rows = webhook_attempt::Entity::find()
        .filter(webhook_attempt::Column::DeliveryId.is_in(ids))
        .order_by_asc(webhook_attempt::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<WebhookDeliveryId, Vec<webhook_attempt::Model>> = HashMap::new();
    for row in rows {
        found.entry(row.delivery_id).or_default().push(row);
    }
    Ok(found)
}

/// A delivery, kept from being changed until the transaction ends.
pub(super) async fn lock(txn: &Txn, id: WebhookDeliveryId) -> Result<Option<webhook_delivery::Model>, Fault> {
    let text = format!("SELECT * FROM webhook_delivery WHERE id = $1{}", for_update(txn));
    Ok(webhook_delivery::Entity::find().from_raw_sql(sql(txn, text, [id.0.into()])).one(txn).await?)
}

/// Begins a delivery from the start.
pub(super) async fn begin_anew(txn: &Txn, id: WebhookDeliveryId) -> Result<(), Fault> {
    let text = "UPDATE webhook_delivery
        SET status = 'PENDING', tries = 0, next_attempt_at = NULL, settled_at = NULL WHERE id = $1";
    txn.execute_raw(sql(txn, text, [id.0.into()])).await?;
    Ok(())
}

/// Begins everything from the start that waits for an endpoint.
pub(super) async fn begin_waiting_anew(txn: &Txn, endpoint: WebhookEndpointId) -> Result<(), Fault> {
    let text = "UPDATE webhook_delivery SET tries = 0, next_attempt_at = NULL
        WHERE endpoint_id = $1 AND status = 'PENDING' AND tries > 0";
    txn.execute_raw(sql(txn, text, [endpoint.0.into()])).await?;
    Ok(())
}

/// Removes, with their attempts, some deliveries that were settled before an instant, and some that wait for an endpoint
/// that has been switched off since then; answers how many.
pub(super) async fn forget(db: &impl ConnectionTrait, before: Millis, at_once: i64) -> Result<u64, Fault> {
    let settled = "DELETE FROM webhook_delivery WHERE id IN
        (SELECT id FROM webhook_delivery WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)";
    let waiting = "DELETE FROM webhook_delivery WHERE id IN
        (SELECT d.id FROM webhook_delivery AS d JOIN webhook_endpoint AS e ON e.id = d.endpoint_id
        WHERE d.status = 'PENDING' AND NOT e.active AND e.disabled_at < $1 LIMIT $2)";
    let mut gone = 0;
    for text in [settled, waiting] {
        gone += db.execute_raw(sql(db, text, [before.into(), at_once.into()])).await?.rows_affected();
    }
    Ok(gone)
}
