//! When something last came for an upload: it is forgotten so long after that, not after its beginning.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] =
    &["ALTER TABLE upload ADD COLUMN touched_at {int} NOT NULL DEFAULT 0", "UPDATE upload SET touched_at = created_at"];

const DOWN: &[&str] = &["ALTER TABLE upload DROP COLUMN touched_at"];

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
