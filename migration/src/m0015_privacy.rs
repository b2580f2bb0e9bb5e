//! Erased persons, and people of an outside issuer.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // The row of an erased person stays, with nothing in it, so that what counts people can go on counting.
    "ALTER TABLE member ADD COLUMN erased_at {int}",
    // Who locks members looks here, among the few who are erased.
    "CREATE INDEX member_erased ON member (id) WHERE erased_at IS NOT NULL",
    // Whose an unnamed customer's sale was: it keeps the sales of one person together and leads to an empty row.
    "ALTER TABLE \"transaction\" ADD COLUMN erased_member_id {int}",
    // Keyed hashes of the numbers and e-mails of erased persons. The key is not in the database.
    "CREATE TABLE erased_name (
        hash {text} NOT NULL CONSTRAINT erased_name_pk PRIMARY KEY
    ) {table}",
    // By which key; written with the first hash.
    "CREATE TABLE erasure_key (
        id {int} CONSTRAINT erasure_key_pk PRIMARY KEY CONSTRAINT erasure_key_one_row CHECK (id = 1),
        fingerprint {text} NOT NULL
    ) {table}",
    // The subject by which an outside issuer names a person; both null for a person with a password of ours.
    "ALTER TABLE \"user\" ADD COLUMN issuer {text}",
    "ALTER TABLE \"user\" ADD COLUMN subject {text}",
    "CREATE UNIQUE INDEX user_subject_unique ON \"user\" (issuer, subject)",
];

const DOWN: &[&str] = &[
    "DROP INDEX user_subject_unique",
    "ALTER TABLE \"user\" DROP COLUMN subject",
    "ALTER TABLE \"user\" DROP COLUMN issuer",
    "DROP TABLE erasure_key",
    "DROP TABLE erased_name",
    "ALTER TABLE \"transaction\" DROP COLUMN erased_member_id",
    "DROP INDEX member_erased",
    "ALTER TABLE member DROP COLUMN erased_at",
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
