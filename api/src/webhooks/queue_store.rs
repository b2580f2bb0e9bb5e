//! The SQL of sending. A queue is what one endpoint is told of one segment; whoever sends from it holds it.

use engine::calendar::Millis;
use entity::ids::{SegmentId, WebhookDeliveryId, WebhookEndpointId};
use entity::webhook_delivery;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};

use super::outbound::Outcome;
use super::queue::Queue;
use crate::db::{Txn, for_update, sql};
use crate::error::Fault;

/// A queue from which something may be sent.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Due {
    pub(super) endpoint_id: WebhookEndpointId,
    pub(super) segment_id: SegmentId,
}

/// The queues that nobody holds and whose first delivery may be sent, the one that waits longest first.
///
/// Each step goes to the first delivery of the next queue: what waits behind it is not read, however long the queue is.
pub(super) async fn due(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<Due>, Fault> {
    let next = |after: &str| {
        format!(
            "FROM webhook_delivery AS n WHERE n.status = 'PENDING' AND {after}
            ORDER BY n.endpoint_id, n.segment_id, n.id LIMIT 1"
        )
    };
    let step = if db.get_database_backend() == DbBackend::Postgres {
        // It would look at every delivery for the one whose id is that of a query.
        let next = next("(n.endpoint_id, n.segment_id) > (head.endpoint_id, head.segment_id)");
        format!("CROSS JOIN LATERAL (SELECT n.id, n.endpoint_id, n.segment_id, n.next_attempt_at {next}) AS d")
    } else {
        // It knows no LATERAL, and would walk along all of an endpoint's queues for what comes after a pair.
        let behind = next("n.endpoint_id = head.endpoint_id AND n.segment_id > head.segment_id");
        let beyond = next("n.endpoint_id > head.endpoint_id");
        format!("JOIN webhook_delivery AS d ON d.id = COALESCE((SELECT n.id {behind}), (SELECT n.id {beyond}))")
    };
    let text = format!(
        "WITH RECURSIVE head (id, endpoint_id, segment_id, next_attempt_at) AS (
            SELECT CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(NULL AS BIGINT)
            UNION ALL SELECT d.id, d.endpoint_id, d.segment_id, d.next_attempt_at FROM head {step}
        )
        SELECT head.endpoint_id, head.segment_id FROM head
        JOIN webhook_endpoint AS e ON e.id = head.endpoint_id AND e.active
        LEFT JOIN webhook_queue AS q ON q.endpoint_id = head.endpoint_id AND q.segment_id = head.segment_id
        WHERE (head.next_attempt_at IS NULL OR head.next_attempt_at <= $1)
            AND (q.holder IS NULL OR q.lease_until <= $1)
        ORDER BY COALESCE(head.next_attempt_at, 0), head.id"
    );
    Ok(Due::find_by_statement(sql(db, text, [now.into()])).all(db).await?)
}

/// Takes a queue; false where somebody else was faster, or the endpoint is gone.
pub(super) async fn claim(db: &impl ConnectionTrait, queue: &Queue, now: Millis, until: Millis) -> Result<bool, Fault> {
    let text = "INSERT INTO webhook_queue (endpoint_id, segment_id, holder, lease_until)
        SELECT id, CAST($2 AS BIGINT), $3, CAST($4 AS BIGINT) FROM webhook_endpoint WHERE id = $1
        ON CONFLICT (endpoint_id, segment_id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
        WHERE webhook_queue.lease_until <= $5";
    let mut values = named(queue);
    values.extend([until.into(), now.into()]);
    Ok(db.execute_raw(sql(db, text, values)).await?.rows_affected() == 1)
}

/// Which queue, in whose hands: `$1`, `$2` and `$3`.
const HELD: &str = "endpoint_id = $1 AND segment_id = $2 AND holder = $3";

fn named(queue: &Queue) -> Vec<Value> {
    vec![queue.endpoint.0.into(), queue.segment.0.into(), queue.holder.as_str().into()]
}

/// Renews the lease; false where the queue is somebody else's by now, or its endpoint is gone.
pub(super) async fn renew(db: &impl ConnectionTrait, queue: &Queue, until: Millis) -> Result<bool, Fault> {
    let mut values = named(queue);
    values.push(until.into());
    let text = format!("UPDATE webhook_queue SET lease_until = $4 WHERE {HELD}");
    Ok(db.execute_raw(sql(db, text, values)).await?.rows_affected() == 1)
}

/// Keeps the queue its holder's until the transaction ends; false where it is not.
pub(super) async fn hold(txn: &Txn, queue: &Queue) -> Result<bool, Fault> {
    let text = format!("SELECT holder FROM webhook_queue WHERE {HELD}{}", for_update(txn));
    Ok(txn.query_one_raw(sql(txn, text, named(queue))).await?.is_some())
}

/// Gives the queue back.
pub(super) async fn release(db: &impl ConnectionTrait, queue: &Queue) -> Result<(), Fault> {
    db.execute_raw(sql(db, format!("DELETE FROM webhook_queue WHERE {HELD}"), named(queue))).await?;
    Ok(())
}

/// The first delivery of a queue.
pub(super) async fn head(db: &impl ConnectionTrait, queue: &Queue) -> Result<Option<webhook_delivery::Model>, Fault> {
    let text = "SELECT * FROM webhook_delivery
        WHERE status = 'PENDING' AND endpoint_id = $1 AND segment_id = $2 ORDER BY id LIMIT 1";
    let values = [queue.endpoint.0.into(), queue.segment.0.into()];
    Ok(webhook_delivery::Model::find_by_statement(sql(db, text, values)).one(db).await?)
}

/// Writes down an attempt.
pub(super) async fn write_attempt(
    txn: &Txn,
    id: WebhookDeliveryId,
    at: Millis,
    duration_ms: i64,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let text = "INSERT INTO webhook_attempt (delivery_id, at, duration_ms, response_status, error)
        VALUES ($1, $2, $3, $4, $5)";
    let status = outcome.status.map(i64::from);
    let values = [id.0.into(), at.into(), duration_ms.into(), status.into(), outcome.error.clone().into()];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// It was delivered, also where somebody asked for it once more meanwhile.
pub(super) async fn deliver(txn: &Txn, id: WebhookDeliveryId, now: Millis) -> Result<(), Fault> {
    let text = "UPDATE webhook_delivery SET status = 'DELIVERED', tries = tries + 1, next_attempt_at = NULL,
        settled_at = $2 WHERE id = $1 AND status = 'PENDING'";
    txn.execute_raw(sql(txn, text, [id.0.into(), now.into()])).await?;
    Ok(())
}

/// The delivery is given up; false where it was begun anew during the attempt.
pub(super) async fn give_up(txn: &Txn, delivery: &webhook_delivery::Model, now: Millis) -> Result<bool, Fault> {
    let text = "UPDATE webhook_delivery SET status = 'FAILED', tries = tries + 1, next_attempt_at = NULL,
        settled_at = $3 WHERE id = $1 AND status = 'PENDING' AND tries = $2";
    let done = txn.execute_raw(sql(txn, text, [delivery.id.0.into(), delivery.tries.into(), now.into()])).await?;
    Ok(done.rows_affected() == 1)
}

/// The delivery is tried again, not before an instant, unless it was begun anew during the attempt.
pub(super) async fn put_off(txn: &Txn, delivery: &webhook_delivery::Model, until: Millis) -> Result<(), Fault> {
    let text = "UPDATE webhook_delivery SET tries = tries + 1, next_attempt_at = $3
        WHERE id = $1 AND status = 'PENDING' AND tries = $2";
    txn.execute_raw(sql(txn, text, [delivery.id.0.into(), delivery.tries.into(), until.into()])).await?;
    Ok(())
}

/// Switches an endpoint off, which is locked.
pub(super) async fn disable(txn: &Txn, id: WebhookEndpointId, why: &str, now: Millis) -> Result<(), Fault> {
    let text = "UPDATE webhook_endpoint SET active = FALSE, disabled_reason = $2, disabled_at = $3 WHERE id = $1";
    txn.execute_raw(sql(txn, text, [id.0.into(), why.into(), now.into()])).await?;
    Ok(())
}
