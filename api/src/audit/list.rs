//! Reads the log.

use engine::calendar::Span;
use entity::audit_entry;
use entity::ids::AuditEntryId;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::store;
use crate::app::App;
use crate::db::page::{KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;

/// Which entries; every field given must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this object: its type and id.
    pub object: Option<(&'static str, i64)>,
    /// By this actor.
    pub actor: Option<String>,
    /// Within this span.
    pub within: Option<Span>,
    /// None at all: what was asked for cannot be.
    pub nothing: bool,
}

/// A part of the log, newest first.
pub async fn page(
    app: &App,
    filter: &AuditFilter,
    arguments: &PageArguments,
) -> Result<Slice<audit_entry::Model>, Fault> {
    let id = Expr::col(audit_entry::Column::Id.as_column_ref());
    let order = Order {
        tag: "audit_entry.id:desc".into(),
        key: id.clone(),
        kind: KeyKind::Int,
        nullable: false,
        descending: true,
        id,
    };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(filter), &order).await?)
}

/// An entry by id.
pub async fn by_id(app: &App, id: AuditEntryId) -> Result<Option<audit_entry::Model>, Fault> {
    Ok(store::entry(app.db.reader(), id).await?)
}
