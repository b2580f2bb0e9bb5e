//! Analyses of what members are worth say in which form they are kept, and how far the shop had come.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // Of another form than the one that is read now, an analysis counts as none.
    "ALTER TABLE value_model ADD COLUMN form {int} NOT NULL DEFAULT 0",
    // When everybody was looked at for the last time, and the largest ids that there were before.
    "ALTER TABLE value_model ADD COLUMN looked_at {int} NOT NULL DEFAULT 0",
    "ALTER TABLE value_model ADD COLUMN last_member {int} NOT NULL DEFAULT 0",
    "ALTER TABLE value_model ADD COLUMN last_transaction {int} NOT NULL DEFAULT 0",
];

const DOWN: &[&str] = &[
    "ALTER TABLE value_model DROP COLUMN last_transaction",
    "ALTER TABLE value_model DROP COLUMN last_member",
    "ALTER TABLE value_model DROP COLUMN looked_at",
    "ALTER TABLE value_model DROP COLUMN form",
];

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
