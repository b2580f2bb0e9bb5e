//! The SQL of what is watched.

use std::collections::HashMap;

use entity::ids::{JobId, SegmentId};
use entity::{job, membership_event};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{List, sql};
use crate::error::Fault;

/// What tells one state of what is shown of a segment from another: its definition, its figures, its evaluation.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub(super) struct Mark {
    id: SegmentId,
    version: i64,
    updated_at: i64,
    active: bool,
    members: i64,
    reachable: i64,
    average_transaction_value: Option<i64>,
    average_transactions: Option<f64>,
    average_spending: Option<i64>,
    average_clv: Option<i64>,
    predicted_members: i64,
    predicted_value: i64,
    stats_at: i64,
    applied_version: Option<i64>,
    evaluation_started_at: Option<i64>,
    evaluation_finished_at: Option<i64>,
}

/// The states of some segments, or of all.
pub(super) async fn marks(
    db: &impl ConnectionTrait,
    only: Option<&[SegmentId]>,
) -> Result<HashMap<SegmentId, Mark>, Fault> {
    let ids = List::ids(only.unwrap_or_default().iter().map(|id| id.0));
    let (condition, values) = match only {
        None => (String::new(), Vec::new()),
        Some(_) => (format!(" WHERE s.id IN (SELECT id FROM {})", ids.table(db, 1)), vec![ids.value(db)?]),
    };
    let text = format!(
        "SELECT s.id, s.version, s.updated_at, s.active, f.members, f.reachable, f.average_transaction_value,
            f.average_transactions, f.average_spending, f.average_clv, f.predicted_members, f.predicted_value,
            f.stats_at, e.applied_version,
            e.started_at AS evaluation_started_at, e.finished_at AS evaluation_finished_at
        FROM segment AS s JOIN segment_stats AS f ON f.segment_id = s.id
        LEFT JOIN segment_evaluation AS e ON e.segment_id = s.id{condition}"
    );
    let marks = Mark::find_by_statement(sql(db, text, values)).all(db).await?;
    Ok(marks.into_iter().map(|mark| (mark.id, mark)).collect())
}

/// Some jobs, as they are shown: who holds them until when is told to nobody.
pub(super) async fn jobs(db: &impl ConnectionTrait, ids: &[JobId]) -> Result<HashMap<JobId, job::Model>, Fault> {
    let list = List::ids(ids.iter().map(|id| id.0));
    let text = format!("SELECT * FROM job WHERE id IN (SELECT id FROM {})", list.table(db, 1));
    let jobs = job::Model::find_by_statement(sql(db, text, [list.value(db)?])).all(db).await?;
    Ok(jobs.into_iter().map(|job| (job.id, shown(job))).collect())
}

/// A job without what is not shown of it.
fn shown(job: job::Model) -> job::Model {
    job::Model { attempts: 0, useful_attempt: 0, cancelling: false, run_at: 0, holder: None, lease_until: None, ..job }
}

/// The id of the log's last row; 0 where it is empty.
pub(super) async fn last_event(db: &impl ConnectionTrait) -> Result<i64, Fault> {
    let text = "SELECT id FROM membership_event ORDER BY id DESC LIMIT 1";
    let row = db.query_one_raw(sql(db, text, [])).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("", "id")?))
}

/// What the log says after a row, in the order of the ids, so many rows at most.
pub(super) async fn events_after(
    db: &impl ConnectionTrait,
    segment: Option<SegmentId>,
    after: i64,
    most: u64,
) -> Result<Vec<membership_event::Model>, Fault> {
    let mut events = membership_event::Entity::find().filter(membership_event::Column::Id.gt(after));
    if let Some(segment) = segment {
        events = events.filter(membership_event::Column::SegmentId.eq(segment));
    }
    Ok(events.order_by_asc(membership_event::Column::Id).limit(most).all(db).await?)
}
