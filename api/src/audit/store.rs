//! The SQL of the log.

use engine::calendar::Span;
use entity::audit_entry;
use entity::ids::AuditEntryId;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable};
use serde::Serialize;

use super::{AuditFilter, By, Entry};
use crate::app::App;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, for_update, sql};
use crate::error::Fault;

/// Writes an entry in the transaction of its change.
pub async fn write(app: &App, txn: &Txn, by: By<'_>, entry: Entry) -> Result<(), Fault> {
    let Entry { action, object, changes } = entry;
    let row = audit_entry::ActiveModel {
        id: NotSet,
        at: Set(app.clock.real_millis()),
        actor: Set(by.actor.to_owned()),
        action: Set(action.to_owned()),
        object_kind: Set(object.kind.to_owned()),
        object_id: Set(object.id),
        object_name: Set(object.name),
        changes: Set(changes.text()),
        ip: Set(by.address.map(|address| address.to_string())),
    };
    audit_entry::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

const ROW: &[(&str, Column)] =
    &[("object_kind", Text), ("object_id", Int), ("object_name", Text), ("changes", Text), ("action", Text)];

#[derive(Serialize)]
struct Row {
    object_kind: &'static str,
    object_id: Option<i64>,
    object_name: String,
    changes: String,
    action: &'static str,
}

/// Writes many entries in the transaction of their changes, in one statement and in their order.
pub async fn write_all(app: &App, txn: &Txn, by: By<'_>, entries: Vec<Entry>) -> Result<(), Fault> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = |Entry { action, object, changes }| Row {
        object_kind: object.kind,
        object_id: object.id,
        object_name: object.name,
        changes: changes.text(),
        action,
    };
    let rows: Vec<Row> = entries.into_iter().map(row).collect();
    let batch = Batch::new(ROW, &rows);
    let text = format!(
        "INSERT INTO audit_entry (at, actor, action, object_kind, object_id, object_name, changes, ip)
        SELECT CAST($1 AS BIGINT), $2, action, object_kind, object_id, object_name, changes, $3 FROM {}",
        batch.table(txn, 4)
    );
    let ip = by.address.map(|address| address.to_string());
    let values = [app.clock.real_millis().into(), by.actor.into(), ip.into(), batch.value()?];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// What the entries of an object say, locked.
pub(super) async fn lock_of(txn: &Txn, kind: &str, id: i64) -> Result<Vec<(i64, String)>, Fault> {
    let text = format!(
        "SELECT id, changes FROM audit_entry WHERE object_kind = $1 AND object_id = $2 ORDER BY id{}",
        for_update(txn)
    );
    let rows = txn.query_all_raw(sql(txn, text, [kind.into(), id.into()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "changes")?))).collect()
}

#[derive(Serialize)]
pub(super) struct ClearedRow {
    pub(super) id: i64,
    pub(super) changes: String,
}

/// Writes what is left of entries, whose object has another name from now on.
pub(super) async fn write_cleared(txn: &Txn, name: &str, rows: &[ClearedRow]) -> Result<(), Fault> {
    let batch = Batch::new(&[("id", Int), ("changes", Text)], rows);
    let text = format!(
        "UPDATE audit_entry SET object_name = $1, changes = batch.changes FROM {} WHERE audit_entry.id = batch.id",
        batch.table(txn, 2)
    );
    txn.execute_raw(sql(txn, text, [name.into(), batch.value()?])).await?;
    Ok(())
}

/// Removes what is older than an instant.
pub(super) async fn forget(db: &impl ConnectionTrait, before: i64) -> Result<(), Fault> {
    db.execute_raw(sql(db, "DELETE FROM audit_entry WHERE at < $1", [before.into()])).await?;
    Ok(())
}

/// A statement over the entries that a filter lets through, with their columns.
pub(super) fn select(filter: &AuditFilter) -> SelectStatement {
    let mut select = Query::select().from(audit_entry::Entity).to_owned();
    for column in audit_entry::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), column.as_str());
    }
    if filter.nothing {
        select.and_where(Expr::val(false));
    }
    if let Some((kind, id)) = &filter.object {
        select.and_where(audit_entry::Column::ObjectKind.eq(*kind)).and_where(audit_entry::Column::ObjectId.eq(*id));
    }
    if let Some(actor) = &filter.actor {
        select.and_where(audit_entry::Column::Actor.eq(actor.as_str()));
    }
    if let Some(Span { from, until }) = filter.within {
        select.and_where(audit_entry::Column::At.gte(from)).and_where(audit_entry::Column::At.lt(until));
    }
    select
}

/// An entry by id.
pub(super) async fn entry(db: &impl ConnectionTrait, id: AuditEntryId) -> Result<Option<audit_entry::Model>, DbErr> {
    audit_entry::Entity::find_by_id(id).one(db).await
}
