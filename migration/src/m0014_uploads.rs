//! Files that come by HTTP: their parts until they are imported, and what was left out of them.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // key: the sender's name for it. asked: how it is read, as JSON, from the call that began the job on.
    "CREATE TABLE upload (
        id {id},
        key {text} NOT NULL CONSTRAINT upload_key_unique UNIQUE,
        target {text} NOT NULL,
        parts {int} NOT NULL,
        format {text} NOT NULL,
        asked {text},
        actor {text} NOT NULL,
        job_id {int} CONSTRAINT upload_job REFERENCES job (id),
        created_at {int} NOT NULL
    ) {table}",
    "CREATE INDEX upload_by_job ON upload (job_id)",
    // attempt: whose pieces are the part's; a part may be sent again. digest: of its bytes, to know it by.
    "CREATE TABLE upload_part (
        upload_id {int} NOT NULL CONSTRAINT upload_part_upload REFERENCES upload (id) ON DELETE CASCADE,
        part {int} NOT NULL,
        attempt {int} NOT NULL,
        bytes {int} NOT NULL,
        digest {text} NOT NULL,
        CONSTRAINT upload_part_pk PRIMARY KEY (upload_id, part)
    ) {table}",
    "CREATE TABLE upload_piece (
        upload_id {int} NOT NULL CONSTRAINT upload_piece_upload REFERENCES upload (id) ON DELETE CASCADE,
        part {int} NOT NULL,
        attempt {int} NOT NULL,
        piece {int} NOT NULL,
        bytes {bytes} NOT NULL,
        CONSTRAINT upload_piece_pk PRIMARY KEY (upload_id, part, attempt, piece)
    ) {table}",
    "CREATE TABLE import_reject (
        job_id {int} NOT NULL CONSTRAINT import_reject_job REFERENCES job (id) ON DELETE CASCADE,
        place {int} NOT NULL,
        line {int} NOT NULL,
        field {text} NOT NULL,
        reason {text} NOT NULL,
        CONSTRAINT import_reject_pk PRIMARY KEY (job_id, place)
    ) {table}",
    // The last attempt that got further: those before it are no failed tries.
    "ALTER TABLE job ADD COLUMN useful_attempt {int} NOT NULL DEFAULT 0",
];

const DOWN: &[&str] = &[
    "ALTER TABLE job DROP COLUMN useful_attempt",
    "DROP TABLE import_reject",
    "DROP TABLE upload_piece",
    "DROP TABLE upload_part",
    "DROP TABLE upload",
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
