//! The SQL of uploads.

use std::collections::HashMap;

use entity::ids::{JobId, UploadId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{Rejected, Upload, id};
use crate::db::{List, Txn, for_update, sql};
use crate::error::Fault;

/// An upload.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) id: UploadId,
    pub(super) key: String,
    pub(super) target: String,
    pub(super) parts: i64,
    pub(super) format: String,
    pub(super) asked: Option<String>,
    pub(super) actor: String,
    pub(super) job_id: Option<JobId>,
    pub(super) created_at: i64,
}

/// A part that is there.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Part {
    pub(super) part: i64,
    pub(super) attempt: i64,
    pub(super) bytes: i64,
    pub(super) digest: String,
}

/// The upload of a key, which nobody else changes until the transaction ends.
pub(super) async fn lock(txn: &Txn, key: &str) -> Result<Option<Row>, Fault> {
    let text = format!("SELECT * FROM upload WHERE key = $1{}", for_update(txn));
    Ok(Row::find_by_statement(sql(txn, text, [key.into()])).one(txn).await?)
}

/// The upload that a job imports.
pub(super) async fn of_job(db: &impl ConnectionTrait, job: JobId) -> Result<Option<Row>, Fault> {
    let text = "SELECT * FROM upload WHERE job_id = $1";
    Ok(Row::find_by_statement(sql(db, text, [job.0.into()])).one(db).await?)
}

/// How many uploads have parts, and no job yet.
pub(super) async fn unfinished(db: &impl ConnectionTrait) -> Result<i64, Fault> {
    let row = db.query_one_raw(sql(db, UNFINISHED, [])).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("", "rows")?))
}

const UNFINISHED: &str = "SELECT COUNT(*) AS rows FROM upload AS u
    WHERE u.job_id IS NULL AND EXISTS (SELECT 1 FROM upload_part AS p WHERE p.upload_id = u.id)";

/// Writes a new upload, unless somebody just did.
pub(super) async fn insert(
    txn: &Txn,
    upload: &Upload,
    (target, format): (&str, &str),
    actor: &str,
    now: i64,
) -> Result<(), Fault> {
    let text = "INSERT INTO upload (key, target, parts, format, actor, created_at, touched_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (key) DO NOTHING";
    let values =
        [upload.key.as_str().into(), target.into(), upload.parts.into(), format.into(), actor.into(), now.into()];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// The parts that are there, in their order.
pub(super) async fn parts(db: &impl ConnectionTrait, upload: UploadId) -> Result<Vec<Part>, Fault> {
    let text = "SELECT part, attempt, bytes, digest FROM upload_part WHERE upload_id = $1 ORDER BY part";
    Ok(Part::find_by_statement(sql(db, text, [id(upload)])).all(db).await?)
}

/// Writes a piece of a part.
pub(super) async fn piece(
    db: &impl ConnectionTrait,
    (upload, part, attempt, piece): (UploadId, i64, i64, i64),
    bytes: Vec<u8>,
) -> Result<(), Fault> {
    let text = "INSERT INTO upload_piece (upload_id, part, attempt, piece, bytes) VALUES ($1, $2, $3, $4, $5)";
    let values = [id(upload), part.into(), attempt.into(), piece.into(), bytes.into()];
    db.execute_raw(sql(db, text, values)).await?;
    Ok(())
}

/// A piece of a part; none behind the last.
pub(super) async fn read_piece(
    db: &impl ConnectionTrait,
    (upload, part, attempt, piece): (UploadId, i64, i64, i64),
) -> Result<Option<Vec<u8>>, Fault> {
    let text = "SELECT bytes FROM upload_piece WHERE upload_id = $1 AND part = $2 AND attempt = $3 AND piece = $4";
    let row = db.query_one_raw(sql(db, text, [id(upload), part.into(), attempt.into(), piece.into()])).await?;
    Ok(row.map(|row| row.try_get("", "bytes")).transpose()?)
}

/// Removes the pieces of an attempt.
pub(super) async fn drop_pieces(
    db: &impl ConnectionTrait,
    upload: UploadId,
    part: i64,
    attempt: i64,
) -> Result<(), Fault> {
    let text = "DELETE FROM upload_piece WHERE upload_id = $1 AND part = $2 AND attempt = $3";
    db.execute_raw(sql(db, text, [id(upload), part.into(), attempt.into()])).await?;
    Ok(())
}

/// Says whose pieces are a part's.
pub(super) async fn put_part(txn: &Txn, upload: UploadId, part: &Part) -> Result<(), Fault> {
    let text = "INSERT INTO upload_part (upload_id, part, attempt, bytes, digest) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (upload_id, part) DO UPDATE
        SET attempt = excluded.attempt, bytes = excluded.bytes, digest = excluded.digest";
    let values = [id(upload), part.part.into(), part.attempt.into(), part.bytes.into(), part.digest.as_str().into()];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// Says that something came for it at an instant.
pub(super) async fn touch(db: &impl ConnectionTrait, upload: UploadId, at: i64) -> Result<(), Fault> {
    let text = "UPDATE upload SET touched_at = $2 WHERE id = $1";
    db.execute_raw(sql(db, text, [id(upload), at.into()])).await?;
    Ok(())
}

/// Says which job imports it, and how.
pub(super) async fn put_job(txn: &Txn, upload: UploadId, job: JobId, asked: &str) -> Result<(), Fault> {
    let text = "UPDATE upload SET job_id = $2, asked = $3 WHERE id = $1";
    txn.execute_raw(sql(txn, text, [id(upload), job.0.into(), asked.into()])).await?;
    Ok(())
}

/// How many rows, or documents, imports of jobs have rejected.
pub(super) async fn rejected(db: &impl ConnectionTrait, jobs: &[JobId]) -> Result<HashMap<JobId, Rejected>, Fault> {
    let names = List::texts(jobs.iter().map(|job| format!("job {}", job.0)).collect());
    let text = format!(
        "SELECT fingerprint, rejected, rejects_bytes FROM import WHERE fingerprint IN (SELECT it FROM {})",
        names.table(db, 1)
    );
    let mut rejected = HashMap::new();
    for row in db.query_all_raw(sql(db, text, [names.value(db)?])).await? {
        let fingerprint: String = row.try_get("", "fingerprint")?;
        if let Some(Ok(job)) = fingerprint.strip_prefix("job ").map(str::parse) {
            let (own, rows) = (row.try_get("", "rejected")?, row.try_get("", "rejects_bytes")?);
            rejected.insert(JobId(job), Rejected { rejected: own, rows });
        }
    }
    Ok(rejected)
}
