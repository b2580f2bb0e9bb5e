//! The SQL of imports.

use engine::calendar::Millis;
use entity::ids::{ImportId, JobId};
use entity::import::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel};
use serde::Serialize;

use super::unit::Reject;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Txn, for_update, sql};
use crate::error::Fault;

/// The import of a fingerprint, as far as it has come; none where it has not begun. Waits for a chunk that is being taken
/// up: a killed process's last one may still be on its way.
pub(super) async fn find(txn: &Txn, fingerprint: &str) -> Result<Option<Model>, Fault> {
    let text = format!("SELECT * FROM import WHERE fingerprint = $1{}", for_update(txn));
    Ok(Model::find_by_statement(sql(txn, text, [fingerprint.into()])).one(txn).await?)
}

/// Begins an import, unless another process just did.
pub(super) async fn begin(txn: &Txn, new: Model) -> Result<(), Fault> {
    let new = ActiveModel { id: ActiveValue::NotSet, ..new.into_active_model() };
    let conflict = OnConflict::column(Column::Fingerprint).do_nothing().to_owned();
    Entity::insert(new).on_conflict(conflict).exec_without_returning(txn).await?;
    Ok(())
}

/// Begins a finished import anew, unless another process just did.
pub(super) async fn begin_again(txn: &Txn, id: ImportId, at: Millis) -> Result<(), Fault> {
    let text = "UPDATE import SET position = 0, created = 0, updated = 0, duplicates = 0, rejected = 0,
        rejects_bytes = 0, started_at = $2, finished_at = NULL WHERE id = $1 AND finished_at IS NOT NULL";
    txn.execute_raw(sql(txn, text, [id.0.into(), at.into()])).await?;
    Ok(())
}

/// Claims the rows from one position to the next; false where another process has come further. From then on to the end
/// of the transaction no other process can claim any.
pub(super) async fn claim(txn: &Txn, id: ImportId, from: i64, to: i64) -> Result<bool, Fault> {
    let text = "UPDATE import SET position = $3 WHERE id = $1 AND position = $2 AND finished_at IS NULL";
    let done = txn.execute_raw(sql(txn, text, [id.0.into(), from.into(), to.into()])).await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what became of the rows of a claimed import.
pub(super) async fn keep(txn: &Txn, row: &Model) -> Result<(), Fault> {
    let text = "UPDATE import SET created = $2, updated = $3, duplicates = $4, rejected = $5, rejects_bytes = $6
        WHERE id = $1";
    let Model { id, created, updated, duplicates, rejected, rejects_bytes, .. } = row;
    let values = [id.0, *created, *updated, *duplicates, *rejected, *rejects_bytes].map(Into::into);
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// Marks an import as finished; false where another process has come further.
pub(super) async fn finish(txn: &Txn, id: ImportId, position: i64, at: Millis) -> Result<bool, Fault> {
    let text = "UPDATE import SET finished_at = $3 WHERE id = $1 AND position = $2 AND finished_at IS NULL";
    let done = txn.execute_raw(sql(txn, text, [id.0.into(), position.into(), at.into()])).await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps rejects of a job behind the first so many.
pub(super) async fn note(txn: &Txn, job: JobId, from: i64, rejects: &[Reject]) -> Result<(), Fault> {
    #[derive(Serialize)]
    struct Row<'a> {
        place: i64,
        line: u64,
        field: &'a str,
        reason: &'a str,
    }
    let columns = &[("place", Int), ("line", Int), ("field", Text), ("reason", Text)];
    let mut rows = Vec::with_capacity(rejects.len());
    for (place, Reject { line, wrong }) in (from..).zip(rejects) {
        rows.push(Row { place, line: *line, field: &wrong.field, reason: &wrong.reason });
    }
    for rows in rows.chunks(REJECTS) {
        let batch = Batch::new(columns, rows);
        let text = format!(
            "INSERT INTO import_reject (job_id, place, line, field, reason)
            SELECT $2, batch.place, batch.line, batch.field, batch.reason FROM {}",
            batch.table(txn, 1)
        );
        txn.execute_raw(sql(txn, text, [batch.value()?, job.0.into()])).await?;
    }
    Ok(())
}

/// How many rejects one statement keeps.
const REJECTS: usize = 5_000;

/// A label of a member.
#[derive(FromQueryResult)]
pub(super) struct LabelRow {
    pub(super) number: String,
    pub(super) key: String,
    pub(super) value: String,
}

/// The labels of the members of some numbers, in their order. The members are locked, in the order of their ids, so that
/// nobody changes the labels before this transaction ends.
pub(super) async fn labels(txn: &Txn, numbers: &[&str]) -> Result<Vec<LabelRow>, Fault> {
    #[derive(Serialize)]
    struct Number<'a> {
        number: &'a str,
    }
    let rows: Vec<Number<'_>> = numbers.iter().map(|number| Number { number }).collect();
    let batch = Batch::new(&[("number", Text)], &rows);
    let table = batch.table(txn, 1);
    let lock = for_update(txn);
    let text = format!("SELECT id FROM member WHERE number IN (SELECT number FROM {table}) ORDER BY id{lock}");
    txn.query_all_raw(sql(txn, text, [batch.value()?])).await?;
    let text = format!(
        "SELECT m.number, l.key, l.value FROM {table}
        JOIN member AS m ON m.number = batch.number JOIN member_label AS l ON l.member_id = m.id
        ORDER BY m.id, l.position"
    );
    Ok(LabelRow::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?)
}

/// What became of the rows of all imports of a kind.
#[derive(FromQueryResult)]
pub(super) struct TotalsRow {
    pub(super) kind: String,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) duplicates: i64,
    pub(super) rejected: i64,
}

/// What became of the rows of all imports, by kind.
pub(super) async fn totals(db: &impl ConnectionTrait) -> Result<Vec<TotalsRow>, Fault> {
    let text = "SELECT kind, CAST(SUM(created) AS BIGINT) AS created, CAST(SUM(updated) AS BIGINT) AS updated,
        CAST(SUM(duplicates) AS BIGINT) AS duplicates, CAST(SUM(rejected) AS BIGINT) AS rejected
        FROM import GROUP BY kind ORDER BY kind";
    Ok(TotalsRow::find_by_statement(sql(db, text, [])).all(db).await?)
}
