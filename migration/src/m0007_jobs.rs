//! Long work, written in the transaction that asks for it, and the zone for which the 12-month figures hold.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // run_at: not before then; lease_until and holder: who works on it, and until when nobody else may.
    "CREATE TABLE job (
        id {id},
        kind {text} NOT NULL,
        arguments {text} NOT NULL,
        status {text} NOT NULL,
        actor {text} NOT NULL,
        done {int} NOT NULL,
        total {int},
        attempts {int} NOT NULL,
        cancelling {bool} NOT NULL,
        error {text},
        run_at {int} NOT NULL,
        holder {text},
        lease_until {int},
        created_at {int} NOT NULL,
        started_at {int},
        finished_at {int}
    ) {table}",
    "CREATE INDEX job_by_status ON job (status, run_at, id)",
    // While it differs from time_zone, the figures are still those of the zone before.
    "ALTER TABLE program ADD COLUMN figures_zone {text} NOT NULL DEFAULT ''",
    "UPDATE program SET figures_zone = time_zone",
];

const DOWN: &[&str] = &["DROP TABLE job", "ALTER TABLE program DROP COLUMN figures_zone"];

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
