//! The SQL of the queue. Everything that a holder writes names it and its attempt, so that one whose job was taken over
//! changes nothing.

use entity::ids::JobId;
use entity::job;
use entity::kinds::JobStatus;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, Value,
};

use super::held::{Held, Progress, Standing, millis};
use super::{Claim, End, JobFilter};
use crate::db::{Txn, for_update, sql};
use crate::error::Fault;

/// Writes a new job.
pub(super) async fn insert(txn: &Txn, new: job::ActiveModel) -> Result<job::Model, DbErr> {
    job::Entity::insert(new).exec_with_returning(txn).await
}

/// The condition of jobs that may be taken: `$1` is now, `$2` who asks, and the kinds follow. Nobody takes a job over
/// from itself: it is at work, however long the database kept it from saying so.
fn open_to(claim: &Claim<'_>, now: i64) -> (String, Vec<Value>) {
    let places: Vec<String> = (0..claim.kinds.len()).map(|place| format!("${}", place + 3)).collect();
    let text = format!(
        "kind IN ({}) AND ((status = 'QUEUED' AND run_at <= $1)
            OR (status = 'RUNNING' AND lease_until <= $1 AND holder <> $2))",
        places.join(", ")
    );
    let mut values: Vec<Value> = vec![now.into(), claim.holder.into()];
    values.extend(claim.kinds.iter().map(|kind| (*kind).into()));
    (text, values)
}

/// Whether a job of a kind waits; it is kept from being taken until the transaction ends.
pub(super) async fn keep_waiting(txn: &Txn, kind: &str) -> Result<bool, Fault> {
    let lock = if txn.get_database_backend() == DbBackend::Postgres { " FOR SHARE SKIP LOCKED" } else { "" };
    let text = format!("SELECT id FROM job WHERE kind = $1 AND status = 'QUEUED' ORDER BY id LIMIT 1{lock}");
    Ok(txn.query_one_raw(sql(txn, text, [kind.into()])).await?.is_some())
}

/// Whether there is a job to take.
pub(super) async fn is_due(db: &impl ConnectionTrait, claim: &Claim<'_>, now: i64) -> Result<bool, Fault> {
    if claim.kinds.is_empty() {
        return Ok(false);
    }
    let (open, values) = open_to(claim, now);
    Ok(db.query_one_raw(sql(db, format!("SELECT id FROM job WHERE {open} LIMIT 1"), values)).await?.is_some())
}

/// Takes the job that has been due for longest; on PostgreSQL past those that others are taking at this moment.
pub(super) async fn claim(
    db: &impl ConnectionTrait,
    claim: &Claim<'_>,
    now: i64,
    until: i64,
) -> Result<Option<job::Model>, Fault> {
    let (open, mut values) = open_to(claim, now);
    let skip = if db.get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    values.push(until.into());
    let text = format!(
        "UPDATE job SET status = 'RUNNING', holder = $2, lease_until = ${}, attempts = attempts + 1,
            started_at = COALESCE(started_at, $1)
        WHERE id = (SELECT id FROM job WHERE {open} ORDER BY run_at, id LIMIT 1{skip}) RETURNING *",
        values.len()
    );
    Ok(job::Model::find_by_statement(sql(db, text, values)).one(db).await?)
}

/// Who holds it, in which attempt: `$1`, `$2` and `$3`.
const HELD: &str = "id = $1 AND holder = $2 AND attempts = $3 AND status = 'RUNNING'";

fn named(held: &Held) -> Vec<Value> {
    vec![held.id.0.into(), held.holder.as_str().into(), held.attempt.into()]
}

/// Renews a lease, and notes how far the job is where that is said.
pub(super) async fn renew(
    db: &impl ConnectionTrait,
    held: &Held,
    until: i64,
    progress: Option<Progress>,
) -> Result<Standing, Fault> {
    let mut values = named(held);
    values.push(until.into());
    let noted = match progress {
        None => "",
        Some(Progress { done, total, is_useful }) => {
            values.extend([done.into(), total.into()]);
            if is_useful { ", done = $5, total = $6, useful_attempt = attempts" } else { ", done = $5, total = $6" }
        }
    };
    let text = format!("UPDATE job SET lease_until = $4{noted} WHERE {HELD} RETURNING cancelling");
    let row = db.query_one_raw(sql(db, text, values)).await?;
    Ok(match row.map(|row| row.try_get::<bool>("", "cancelling")).transpose()? {
        None => Standing::Lost,
        Some(true) => Standing::Cancelling,
        Some(false) => Standing::GoesOn,
    })
}

/// Keeps the job its holder's until the transaction ends; false where it is not, or is to be stopped.
pub(super) async fn hold(txn: &Txn, held: &Held) -> Result<bool, Fault> {
    let text = format!("SELECT cancelling FROM job WHERE {HELD}{}", for_update(txn));
    let row = txn.query_one_raw(sql(txn, text, named(held))).await?;
    Ok(row.map(|row| row.try_get::<bool>("", "cancelling")).transpose()? == Some(false))
}

/// Ends an attempt; false where the job is no longer the holder's.
pub(super) async fn settle(db: &impl ConnectionTrait, held: &Held, end: &End, now: i64) -> Result<bool, Fault> {
    let mut values = named(held);
    values.push(now.into());
    // What is to be stopped is not begun once more.
    let again = |rest: &str| {
        format!(
            "status = CASE WHEN cancelling THEN 'CANCELLED' ELSE 'QUEUED' END,
            finished_at = CASE WHEN cancelling THEN CAST($4 AS BIGINT) END, lease_until = NULL{rest}"
        )
    };
    let finished = |status: &str| format!("status = '{status}', finished_at = $4, lease_until = NULL");
    let set = match end {
        End::Succeeded => finished("SUCCEEDED") + ", error = NULL",
        End::Cancelled => finished("CANCELLED"),
        End::Failed(why) => {
            values.push(why.as_str().into());
            finished("FAILED") + ", error = $5"
        }
        End::Retry { why, wait } => {
            values.extend([why.as_str().into(), now.saturating_add(millis(*wait)).into()]);
            again(", error = $5, run_at = $6")
        }
        // An attempt that was not brought to its end does not count.
        End::Released => again(", attempts = attempts - 1, run_at = CAST($4 AS BIGINT)"),
    };
    let done = db.execute_raw(sql(db, format!("UPDATE job SET {set} WHERE {HELD}"), values)).await?;
    Ok(done.rows_affected() == 1)
}

/// A job, kept from being changed until the transaction ends.
pub(super) async fn lock(txn: &Txn, id: JobId) -> Result<Option<job::Model>, Fault> {
    let text = format!("SELECT * FROM job WHERE id = $1{}", for_update(txn));
    Ok(job::Model::find_by_statement(sql(txn, text, [id.0.into()])).one(txn).await?)
}

/// Writes what a cancellation changes.
pub(super) async fn cancel(txn: &Txn, row: &job::Model) -> Result<(), Fault> {
    let text = "UPDATE job SET status = $2, finished_at = $3, cancelling = $4 WHERE id = $1";
    let values = [row.id.0.into(), row.status.word().into(), row.finished_at.into(), row.cancelling.into()];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// A statement over the jobs that a filter lets through, with their columns.
pub(super) fn select(filter: &JobFilter) -> SelectStatement {
    let mut select = Query::select().from(job::Entity).to_owned();
    for column in job::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), column.as_str());
    }
    if let Some(status) = &filter.status {
        select.and_where(job::Column::Status.is_in(status.iter().copied().map(JobStatus::word)));
    }
    select
}

/// A job by id.
pub(super) async fn job(db: &impl ConnectionTrait, id: JobId) -> Result<Option<job::Model>, DbErr> {
    job::Entity::find_by_id(id).one(db).await
}
