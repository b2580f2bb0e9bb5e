//! The SQL of endpoints.

use std::collections::HashMap;

use entity::ids::{SegmentId, WebhookEndpointId};
use entity::{webhook_endpoint, webhook_endpoint_segment};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use crate::db::{List, Txn, for_key_share, for_no_key_update, sql};
use crate::error::Fault;

/// A statement over all endpoints.
pub(super) fn select() -> SelectStatement {
    webhook_endpoint::Entity::find().into_query()
}

/// The endpoints of ids.
pub(super) async fn endpoints(
    db: &impl ConnectionTrait,
    ids: &[WebhookEndpointId],
) -> Result<Vec<webhook_endpoint::Model>, DbErr> {
    let ids = ids.iter().map(|id| id.0);
    webhook_endpoint::Entity::find().filter(webhook_endpoint::Column::Id.is_in(ids)).all(db).await
}

/// An endpoint, kept from being changed until the transaction ends. What is being written for it goes on.
pub(super) async fn lock(txn: &Txn, id: WebhookEndpointId) -> Result<Option<webhook_endpoint::Model>, Fault> {
    let text = format!("SELECT * FROM webhook_endpoint WHERE id = $1{}", for_no_key_update(txn));
    let found = webhook_endpoint::Entity::find().from_raw_sql(sql(txn, text, [id.0.into()]));
    Ok(found.one(txn).await?)
}

/// Writes a new endpoint.
pub(super) async fn insert(txn: &Txn, new: webhook_endpoint::ActiveModel) -> Result<webhook_endpoint::Model, DbErr> {
    webhook_endpoint::Entity::insert(new).exec_with_returning(txn).await
}

/// Writes what changed.
pub(super) async fn update(
    txn: &Txn,
    changed: webhook_endpoint::ActiveModel,
) -> Result<webhook_endpoint::Model, DbErr> {
    webhook_endpoint::Entity::update(changed).exec(txn).await
}

/// Removes an endpoint, with everything that it was told and was to be told.
pub(super) async fn remove(txn: &Txn, id: WebhookEndpointId) -> Result<(), DbErr> {
    webhook_endpoint::Entity::delete_by_id(id).exec(txn).await?;
    Ok(())
}

/// Which of some segments there are; they stay until the transaction ends.
pub(super) async fn known_segments(txn: &Txn, segments: &[SegmentId]) -> Result<Vec<SegmentId>, Fault> {
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    let table = ids.table(txn, 1);
    let text = format!(
        "SELECT s.id FROM segment AS s WHERE s.id IN (SELECT id FROM {table}) ORDER BY s.id{}",
        for_key_share(txn)
    );
    let rows = txn.query_all_raw(sql(txn, text, [ids.value(txn)?])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id").map(SegmentId)).collect::<Result<_, _>>()?)
}

/// Writes which segments an endpoint is told of, in place of those before.
pub(super) async fn write_segments(txn: &Txn, id: WebhookEndpointId, segments: &[SegmentId]) -> Result<(), Fault> {
    let clear = "DELETE FROM webhook_endpoint_segment WHERE endpoint_id = $1";
    txn.execute_raw(sql(txn, clear, [id.0.into()])).await?;
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    let text = format!(
        "INSERT INTO webhook_endpoint_segment (endpoint_id, segment_id)
        SELECT CAST($1 AS BIGINT), id FROM {} ORDER BY id",
        ids.table(txn, 2)
    );
    txn.execute_raw(sql(txn, text, [id.0.into(), ids.value(txn)?])).await?;
    Ok(())
}

/// The segments that endpoints are told of, those that are told of all left out.
pub(super) async fn segments(
    db: &impl ConnectionTrait,
    ids: &[WebhookEndpointId],
) -> Result<HashMap<WebhookEndpointId, Vec<SegmentId>>, DbErr> {
    let ids = ids.iter().map(|id| id.0);
    let rows = webhook_endpoint_segment::Entity::find()
        .filter(webhook_endpoint_segment::Column::EndpointId.is_in(ids))
        .order_by_asc(webhook_endpoint_segment::Column::SegmentId)
        .all(db)
        .await?;
    let mut found: HashMap<WebhookEndpointId, Vec<SegmentId>> = HashMap::new();
    for row in rows {
        found.entry(row.endpoint_id).or_default().push(row.segment_id);
    }
    Ok(found)
}
