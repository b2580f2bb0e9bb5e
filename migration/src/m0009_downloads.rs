//! Download links that were used, so that each works once.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &["CREATE TABLE download (
        token_id {text} NOT NULL CONSTRAINT download_pk PRIMARY KEY,
        used_at {int} NOT NULL,
        expires_at {int} NOT NULL
    ) {table}"];

const DOWN: &[&str] = &["DROP TABLE download"];

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
