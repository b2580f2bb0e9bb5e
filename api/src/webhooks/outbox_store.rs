//! The SQL of the outbox's writers.

use engine::calendar::Millis;
use entity::kinds::WebhookEvent;
use entity::{campaign, segment};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::endpoint_checks::events_of;
use super::payload::{MOST_MEMBERS, kind_of};
use crate::db::Column::{Bool, Int, Text};
use crate::db::{Batch, Column, Txn, for_key_share, sql};
use crate::error::Fault;

/// An endpoint that wants to know of an event.
#[derive(Debug, Serialize)]
pub(super) struct Listener {
    endpoint_id: i64,
    event: &'static str,
    /// Of which comings or goings it tells; none where of neither.
    kind: Option<&'static str>,
    all_segments: bool,
}

const LISTENER: &[(&str, Column)] = &[("endpoint_id", Int), ("event", Text), ("kind", Text), ("all_segments", Bool)];

/// Whether an endpoint is told of a segment; `batch` is a listener.
const WANTS: &str = "(batch.all_segments OR EXISTS (SELECT 1 FROM webhook_endpoint_segment AS w
    WHERE w.endpoint_id = batch.endpoint_id AND w.segment_id = told.segment_id))";

const WRITE: &str = "INSERT INTO webhook_delivery
    (endpoint_id, event, segment_id, segment_key, segment_name, first_event, last_event, campaign_id, campaign_name,
        status, tries, created_at)
    SELECT batch.endpoint_id, batch.event, told.segment_id, told.segment_key, told.segment_name, told.first_event,
        told.last_event, told.campaign_id, told.campaign_name, 'PENDING', 0, CAST($2 AS BIGINT)";

#[derive(FromQueryResult)]
struct EndpointRow {
    id: i64,
    events: String,
    all_segments: bool,
}

/// Who wants to know of some events; the endpoints stay until the transaction ends.
pub(super) async fn listeners(txn: &Txn, events: &[WebhookEvent]) -> Result<Vec<Listener>, Fault> {
    let text =
        format!("SELECT id, events, all_segments FROM webhook_endpoint WHERE active ORDER BY id{}", for_key_share(txn));
    let rows = EndpointRow::find_by_statement(sql(txn, text, [])).all(txn).await?;
    let mut listeners = Vec::new();
    for row in rows {
        let wanted = events_of(&row.events).into_iter().filter(|event| events.contains(event));
        listeners.extend(wanted.map(|event| Listener {
            endpoint_id: row.id,
            event: event.word(),
            kind: kind_of(event).map(|kind| kind.word()),
            all_segments: row.all_segments,
        }));
    }
    Ok(listeners)
}

/// Writes what happened to a segment, or to a campaign for its members; answers for how many endpoints.
pub(super) async fn write_segment_event(
    txn: &Txn,
    listeners: &[Listener],
    segment: &segment::Model,
    campaign: Option<&campaign::Model>,
    at: Millis,
) -> Result<u64, Fault> {
    let batch = Batch::new(LISTENER, listeners);
    let text = format!(
        "{WRITE} FROM (SELECT CAST($3 AS BIGINT) AS segment_id, CAST($4 AS TEXT) AS segment_key,
            CAST($5 AS TEXT) AS segment_name, CAST(NULL AS BIGINT) AS first_event, CAST(NULL AS BIGINT) AS last_event,
            CAST($6 AS BIGINT) AS campaign_id, CAST($7 AS TEXT) AS campaign_name
        ) AS told CROSS JOIN {} WHERE {WANTS} ORDER BY batch.endpoint_id",
        batch.table(txn, 1)
    );
    let (key, name) = (segment.key.as_str(), segment.name.as_str());
    let (campaign, called) = campaign.map(|campaign| (campaign.id.0, campaign.name.as_str())).unzip();
    let values =
        [batch.value()?, at.into(), segment.id.0.into(), key.into(), name.into(), campaign.into(), called.into()];
    Ok(txn.execute_raw(sql(txn, text, values)).await?.rows_affected())
}

/// Writes the comings and goings after a row of the log, cut into parts; answers how many deliveries they make.
pub(super) async fn write_membership_events(
    txn: &Txn,
    listeners: &[Listener],
    after: i64,
    at: Millis,
) -> Result<u64, Fault> {
    let batch = Batch::new(LISTENER, listeners);
    let text = format!(
        "{WRITE} FROM (
            SELECT segment_id, kind, MIN(segment_key) AS segment_key, MIN(segment_name) AS segment_name,
                MIN(id) AS first_event, MAX(id) AS last_event, CAST(NULL AS BIGINT) AS campaign_id,
                CAST(NULL AS TEXT) AS campaign_name
            FROM (
                SELECT id, segment_id, segment_key, segment_name, kind,
                    (ROW_NUMBER() OVER (PARTITION BY segment_id, kind ORDER BY id) - 1) / {MOST_MEMBERS} AS part
                FROM membership_event WHERE id > $3
            ) AS event GROUP BY segment_id, kind, part
        ) AS told JOIN {} ON batch.kind = told.kind WHERE {WANTS} ORDER BY told.first_event, batch.endpoint_id",
        batch.table(txn, 1)
    );
    let values = [batch.value()?, at.into(), after.into()];
    Ok(txn.execute_raw(sql(txn, text, values)).await?.rows_affected())
}
