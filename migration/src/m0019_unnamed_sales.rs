//! Sales of nobody who is known, for the figures that count them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// Sales of nobody are added up day by day, along an index that holds everything this takes. Each database has it so that it
// prefers it to the index by member, from which it would look up every sale in the table: SQLite where it begins with the
// member as that one does, PostgreSQL where it begins with the instant.
const POSTGRES: &str = "CREATE INDEX transaction_unnamed ON \"transaction\" (at, kind, amount, purchase)
    WHERE member_id IS NULL";
const SQLITE: &str = "CREATE INDEX transaction_unnamed ON \"transaction\" (member_id, at, kind, amount, purchase)
    WHERE member_id IS NULL";

const UP: &[&str] = &[
    // Erased persons stay in the cohort of their first purchase.
    "CREATE INDEX transaction_erased ON \"transaction\" (erased_member_id, at, purchase)
        WHERE erased_member_id IS NOT NULL",
];

const DOWN: &[&str] = &["DROP INDEX transaction_erased", "DROP INDEX transaction_unnamed"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let unnamed = if manager.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        ddl::run(manager, &[unnamed]).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
