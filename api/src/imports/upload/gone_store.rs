//! The SQL of forgetting uploads.

use entity::ids::{JobId, UploadId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::id;
use crate::db::{Txn, sql};
use crate::error::Fault;

/// An upload that goes.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Gone {
    pub(super) id: UploadId,
    /// Since when its pieces may have been there.
    pub(super) created_at: i64,
}

/// The uploads whose jobs are over and whose pieces are still there.
pub(super) async fn over(db: &impl ConnectionTrait) -> Result<Vec<Gone>, Fault> {
    let text = "SELECT u.id, u.created_at FROM upload AS u JOIN job AS j ON j.id = u.job_id
        WHERE j.status IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
            AND EXISTS (SELECT 1 FROM upload_piece AS p WHERE p.upload_id = u.id) ORDER BY u.id";
    Ok(Gone::find_by_statement(sql(db, text, [])).all(db).await?)
}

/// The uploads without a job for which nothing came since an instant. From now on nobody finds them by their keys, so that
/// whoever comes back begins anew. No sender's key begins with a blank.
pub(super) async fn give_up(db: &impl ConnectionTrait, before: i64) -> Result<Vec<Gone>, Fault> {
    let text = "UPDATE upload SET key = ' ' || id WHERE job_id IS NULL AND touched_at < $1 RETURNING id, created_at";
    Ok(Gone::find_by_statement(sql(db, text, [before.into()])).all(db).await?)
}

/// Removes some pieces of an upload, and answers how many.
pub(super) async fn drop_some(txn: &Txn, upload: UploadId, at_once: i64) -> Result<u64, Fault> {
    let text = "DELETE FROM upload_piece WHERE upload_id = $1 AND (part, attempt, piece) IN
        (SELECT part, attempt, piece FROM upload_piece WHERE upload_id = $1 ORDER BY part, attempt, piece LIMIT $2)";
    Ok(txn.execute_raw(sql(txn, text, [id(upload), at_once.into()])).await?.rows_affected())
}

/// Removes an upload that has no pieces any more.
pub(super) async fn drop_upload(db: &impl ConnectionTrait, upload: UploadId) -> Result<(), Fault> {
    db.execute_raw(sql(db, "DELETE FROM upload WHERE id = $1", [id(upload)])).await?;
    Ok(())
}

/// Whether somebody was erased since an instant.
pub(super) async fn erased_since(db: &impl ConnectionTrait, at: i64) -> Result<bool, Fault> {
    let text = "SELECT id FROM member WHERE erased_at IS NOT NULL AND erased_at >= $1 LIMIT 1";
    Ok(db.query_one_raw(sql(db, text, [at.into()])).await?.is_some())
}

/// Whether a job's import came to its end.
pub(super) async fn is_finished(db: &impl ConnectionTrait, job: JobId) -> Result<bool, Fault> {
    let text = "SELECT id FROM import WHERE fingerprint = $1 AND finished_at IS NOT NULL";
    Ok(db.query_one_raw(sql(db, text, [format!("job {}", job.0).into()])).await?.is_some())
}
