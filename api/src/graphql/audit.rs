//! The log of changes as the schema shows it.

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use engine::calendar::{FIRST_DAY, LAST_DAY, Span};
use entity::audit_entry;
use serde_json::Value;

use super::access::ADMIN;
use super::app;
use super::connection::{PageInfo, forward};
use super::scalars::{Date, DateTime};
use crate::app::App;
use crate::audit::{self, AuditFilter};
use crate::db::page::{Cursor, Slice};
use crate::global_id::GlobalId;

/// Who changed what, and when.
#[derive(Clone)]
pub(super) struct AuditEntry(audit_entry::Model);

impl AuditEntry {
    pub(super) fn new(row: audit_entry::Model) -> Self {
        Self(row)
    }
}

/// Who changed what, and when.
#[Object]
impl AuditEntry {
    pub(super) async fn id(&self) -> ID {
        GlobalId::AuditEntry(self.0.id).text().into()
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// The user's e-mail, or the command for what was done on the server's own machine.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    /// The mutation, or the command that did the same, for example updateUser or tessera user.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// Null where it was many objects at once, or one without an id, such as the programme. The object may be gone.
    async fn object_id(&self) -> Option<ID> {
        let id = GlobalId::of_parts(&self.0.object_kind, self.0.object_id?)?;
        Some(id.text().into())
    }

    /// The type, for example Segment.
    async fn object_kind(&self) -> &str {
        &self.0.object_kind
    }

    /// What it was called at that moment.
    async fn object_name(&self) -> &str {
        &self.0.object_name
    }

    /// Old and new value of each changed field.
    async fn changes(&self) -> Value {
        serde_json::from_str(&self.0.changes).unwrap_or_default()
    }

    /// From where; null for what was done on the server's own machine.
    async fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }
}

/// Changes, newest first.
pub(super) struct AuditEntryConnection(Slice<audit_entry::Model>);

/// A change and where it stands.
#[derive(SimpleObject)]
pub(super) struct AuditEntryEdge {
    cursor: String,
    node: AuditEntry,
}

/// Changes, newest first.
#[Object]
impl AuditEntryConnection {
    async fn edges(&self) -> Vec<AuditEntryEdge> {
        let edge = |(cursor, row): &(Cursor, audit_entry::Model)| AuditEntryEdge {
            cursor: cursor.text(),
            node: AuditEntry(row.clone()),
        };
        self.0.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<AuditEntry> {
        self.0.rows.iter().map(|(_, row)| AuditEntry(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0)
    }
}

#[derive(Default)]
pub(super) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who changed what, newest first. ADMIN only.
    #[graphql(guard = "ADMIN")]
    #[allow(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        #[graphql(desc = "Changes of this object; it may be gone.")] object: Option<ID>,
        #[graphql(desc = "A user's e-mail, or a command, as `actor` shows it.")] actor: Option<String>,
        #[graphql(desc = "The first day.")] from: Option<Date>,
        #[graphql(desc = "The last day, which is included.")] to: Option<Date>,
    ) -> Result<AuditEntryConnection, Error> {
        let app = app(ctx);
        let within = span(app, from, to);
        let object = object.map(|id| GlobalId::read(&id).map(GlobalId::parts));
        let arguments = forward(first, after);
        let filter = AuditFilter {
            // What is no id names nothing, and nobody's e-mail holds a NUL, which PostgreSQL would not take.
            nothing: object == Some(None) || actor.as_ref().is_some_and(|actor| actor.contains('\0')),
            object: object.flatten(),
            actor: actor.filter(|actor| !actor.contains('\0')),
            within,
        };
        Ok(AuditEntryConnection(audit::page(app, &filter, &arguments).await?))
    }
}

fn span(app: &App, from: Option<Date>, to: Option<Date>) -> Option<Span> {
    if from.is_none() && to.is_none() {
        return None;
    }
    let first = from.map_or(FIRST_DAY, |day| day.0.max(FIRST_DAY));
    let last = to.map_or(LAST_DAY, |day| day.0.min(LAST_DAY));
    if last < first {
        return Some(Span { from: 0, until: 0 });
    }
    Some(app.program().zone.span(first, last))
}
