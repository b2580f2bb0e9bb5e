//! The log of who changed what.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // changes: a JSON object, for each changed field its old and its new value.
    "CREATE TABLE audit_entry (
        id {id},
        at {int} NOT NULL,
        actor {text} NOT NULL,
        action {text} NOT NULL,
        object_kind {text} NOT NULL,
        object_id {int},
        object_name {text} NOT NULL,
        changes {text} NOT NULL,
        ip {text}
    ) {table}",
    "CREATE INDEX audit_entry_by_object ON audit_entry (object_kind, object_id, id)",
    "CREATE INDEX audit_entry_by_actor ON audit_entry (actor, id)",
    "CREATE INDEX audit_entry_by_at ON audit_entry (at, id)",
];

const DOWN: &[&str] = &["DROP TABLE audit_entry"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
