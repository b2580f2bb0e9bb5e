//! What members answer to surveys.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE feedback (
        id {id},
        member_id {int} NOT NULL,
        survey {text} NOT NULL,
        survey_folded {text} NOT NULL,
        score {int} NOT NULL,
        comment {text},
        at {int} NOT NULL,
        document {text} NOT NULL,
        CONSTRAINT feedback_document_unique UNIQUE (member_id, document)
    ) {table}",
    "CREATE INDEX feedback_by_member ON feedback (member_id, at, id)",
    "CREATE INDEX feedback_by_survey ON feedback (survey_folded, at, id)",
];

const DOWN: &[&str] = &["DROP TABLE feedback"];

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
