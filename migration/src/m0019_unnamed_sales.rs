//! Sales of nobody who is known, for the figures that count them.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // They are added up day by day. Everything that this takes stands in the index, the member as well: without it SQLite
    // would look into the table for each of them.
    "CREATE INDEX transaction_unnamed ON \"transaction\" (member_id, at, kind, amount, purchase)
        WHERE member_id IS NULL",
    // Erased persons stay in the cohort of their first purchase.
    "CREATE INDEX transaction_erased ON \"transaction\" (erased_member_id, at, purchase)
        WHERE erased_member_id IS NOT NULL",
];

const DOWN: &[&str] = &["DROP INDEX transaction_erased", "DROP INDEX transaction_unnamed"];

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
