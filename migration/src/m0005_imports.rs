//! How far each import of a file has come, so that a killed one goes on.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // fingerprint: of the file and of every option that changes what is read from it.
    // rejects_bytes: how much of the rejects file belongs to what was committed.
    "CREATE TABLE import (
        id {id},
        fingerprint {text} NOT NULL CONSTRAINT import_fingerprint_unique UNIQUE,
        kind {text} NOT NULL,
        file {text} NOT NULL,
        position {int} NOT NULL,
        created {int} NOT NULL,
        updated {int} NOT NULL,
        duplicates {int} NOT NULL,
        rejected {int} NOT NULL,
        rejects_bytes {int} NOT NULL,
        started_at {int} NOT NULL,
        finished_at {int}
    ) {table}",
];

const DOWN: &[&str] = &["DROP TABLE import"];

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
