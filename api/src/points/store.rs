//! The SQL of the points ledger.

use entity::ids::{MemberId, PointsEntryId};
use entity::kinds::PointsKind;
use entity::points_entry;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use serde::Serialize;

use super::PointsInput;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, FromQueryResult)]
pub(super) struct EntryRow {
    pub(super) member_id: i64,
    pub(super) document: String,
    pub(super) kind: PointsKind,
    pub(super) points: i64,
    pub(super) at: i64,
    pub(super) origin: Option<String>,
}

impl EntryRow {
    pub(super) fn new(member: MemberId, row: &PointsInput) -> Self {
        Self {
            member_id: member.0,
            document: row.document.clone(),
            kind: row.kind,
            points: row.points,
            at: row.at,
            origin: row.origin.clone(),
        }
    }
}

const ENTRY: &[(&str, Column)] =
    &[("member_id", Int), ("document", Text), ("kind", Text), ("points", Int), ("at", Int), ("origin", Text)];

/// What is recorded under the members and documents of some entries.
pub(super) async fn known(txn: &Txn, rows: impl Iterator<Item = &EntryRow>) -> Result<Vec<EntryRow>, Fault> {
    let rows: Vec<&EntryRow> = rows.collect();
    let batch = Batch::new(&ENTRY[..2], &rows);
    let text = format!(
        "SELECT DISTINCT p.member_id, p.document, p.kind, p.points, p.at, p.origin
        FROM {} JOIN points_entry AS p ON p.member_id = batch.member_id AND p.document = batch.document",
        batch.table(txn, 1)
    );
    Ok(EntryRow::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?)
}

/// Records entries and answers how many; those that another operation recorded meanwhile are not counted.
pub(super) async fn insert(txn: &Txn, rows: &[EntryRow]) -> Result<usize, Fault> {
    if rows.is_empty() {
        return Ok(0);
    }
    let batch = Batch::new(ENTRY, rows);
    let columns = ENTRY.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let text = format!(
        "INSERT INTO points_entry ({columns}) SELECT {columns} FROM {} WHERE TRUE
        ON CONFLICT (member_id, document) DO NOTHING",
        batch.table(txn, 1)
    );
    let done = txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// A statement over a member's entries.
pub(super) fn of_member(member: MemberId) -> SelectStatement {
    points_entry::Entity::find().filter(points_entry::Column::MemberId.eq(member)).into_query()
}

/// An entry by id.
pub(super) async fn by_id(db: &impl ConnectionTrait, id: PointsEntryId) -> Result<Option<points_entry::Model>, Fault> {
    Ok(points_entry::Entity::find_by_id(id).one(db).await?)
}
