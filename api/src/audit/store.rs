//! The SQL of the log.

use engine::calendar::Span;
use entity::audit_entry;
use entity::ids::AuditEntryId;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable};

use super::{AuditFilter, By, Entry};
use crate::app::App;
use crate::db::Txn;
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

/// A statement over the entries that a filter lets through, with their columns.
pub(super) fn select(filter: &AuditFilter) -> SelectStatement {
    let mut select = Query::select().from(audit_entry::Entity).to_owned();
    for column in audit_entry::Column::iter() {
        select.expr_as(sea_orm::sea_query::Expr::col(column.as_column_ref()), column.as_str());
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
