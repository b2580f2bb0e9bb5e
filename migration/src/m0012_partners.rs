//! Partner systems, their tokens, and what they push.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE partner (
        id {id},
        key {text} NOT NULL CONSTRAINT partner_key_unique UNIQUE,
        name {text} NOT NULL,
        active {bool} NOT NULL,
        created_at {int} NOT NULL
    ) {table}",
    "CREATE TABLE partner_token (
        id {id},
        partner_id {int} NOT NULL CONSTRAINT partner_token_partner REFERENCES partner (id),
        name {text} NOT NULL,
        scopes {text} NOT NULL,
        created_at {int} NOT NULL,
        expires_at {int},
        last_used_at {int},
        revoked_at {int}
    ) {table}",
    "CREATE INDEX partner_token_by_partner ON partner_token (partner_id, id)",
    // A name is unique among the segments of one owner. The column that is unique says whose the name is; SQLite cannot
    // drop the constraint that an earlier migration gave it.
    "ALTER TABLE segment RENAME COLUMN name_folded TO name_owned",
    "ALTER TABLE segment ADD COLUMN name_folded {text} NOT NULL DEFAULT ''",
    "UPDATE segment SET name_folded = name_owned",
    "CREATE INDEX segment_by_name ON segment (name_folded, id)",
    "ALTER TABLE segment ADD COLUMN partner_id {int}",
    "ALTER TABLE segment ADD COLUMN external_url {text}",
    "ALTER TABLE segment ADD COLUMN expires_after_days {int}",
    "CREATE INDEX segment_by_partner ON segment (partner_id, id)",
    // What was last pushed of a member. No foreign keys, as with other bulk tables.
    "CREATE TABLE pushed_member (
        segment_id {int} NOT NULL,
        member_id {int} NOT NULL,
        belongs {bool} NOT NULL,
        emitted_at {int} NOT NULL,
        pushed_on {text} NOT NULL,
        CONSTRAINT pushed_member_pk PRIMARY KEY (segment_id, member_id)
    ) {table}",
    "CREATE INDEX pushed_member_by_member ON pushed_member (member_id)",
    // The same of somebody who is not known yet.
    "CREATE TABLE pushed_name (
        segment_id {int} NOT NULL,
        kind {text} NOT NULL,
        name {text} NOT NULL,
        belongs {bool} NOT NULL,
        emitted_at {int} NOT NULL,
        pushed_on {text} NOT NULL,
        reason {text} NOT NULL,
        CONSTRAINT pushed_name_pk PRIMARY KEY (segment_id, kind, name)
    ) {table}",
    "CREATE INDEX pushed_name_by_name ON pushed_name (kind, name)",
    "CREATE TABLE push (
        id {id},
        partner_id {int} NOT NULL,
        segment_id {int} NOT NULL,
        idempotency_key {text} NOT NULL,
        body_hash {text} NOT NULL,
        emitted_at {int},
        received_at {int} NOT NULL,
        joiners {int} NOT NULL,
        leavers {int} NOT NULL,
        unchanged {int} NOT NULL,
        pending {int} NOT NULL,
        problems {text} NOT NULL,
        problem_count {int} NOT NULL,
        CONSTRAINT push_key_unique UNIQUE (partner_id, idempotency_key)
    ) {table}",
    "CREATE INDEX push_by_received_at ON push (received_at)",
    "CREATE INDEX push_by_partner ON push (partner_id, received_at, id)",
    "CREATE TABLE segment_sync (
        id {id},
        partner_id {int} NOT NULL,
        segment_id {int} NOT NULL,
        started_at {int} NOT NULL,
        max_leave_percent {text},
        received {int} NOT NULL,
        committed_at {int},
        aborted_at {int},
        joiners {int},
        leavers {int},
        pending {int}
    ) {table}",
    "CREATE UNIQUE INDEX segment_sync_one_open ON segment_sync (segment_id)
        WHERE committed_at IS NULL AND aborted_at IS NULL",
    "CREATE INDEX segment_sync_by_segment ON segment_sync (segment_id, started_at)",
    "CREATE TABLE segment_sync_part (
        sync_id {int} NOT NULL,
        part {int} NOT NULL,
        body_hash {text} NOT NULL,
        problems {text} NOT NULL,
        CONSTRAINT segment_sync_part_pk PRIMARY KEY (sync_id, part)
    ) {table}",
    "CREATE TABLE segment_sync_name (
        sync_id {int} NOT NULL,
        kind {text} NOT NULL,
        name {text} NOT NULL,
        CONSTRAINT segment_sync_name_pk PRIMARY KEY (sync_id, kind, name)
    ) {table}",
    "CREATE INDEX segment_sync_name_by_name ON segment_sync_name (kind, name)",
];

const DOWN: &[&str] = &[
    "DROP TABLE segment_sync_name",
    "DROP TABLE segment_sync_part",
    "DROP TABLE segment_sync",
    "DROP TABLE push",
    "DROP TABLE pushed_name",
    "DROP TABLE pushed_member",
    "DROP INDEX segment_by_partner",
    "DROP INDEX segment_by_name",
    "ALTER TABLE segment DROP COLUMN expires_after_days",
    "ALTER TABLE segment DROP COLUMN external_url",
    "ALTER TABLE segment DROP COLUMN partner_id",
    "ALTER TABLE segment DROP COLUMN name_folded",
    "ALTER TABLE segment RENAME COLUMN name_owned TO name_folded",
    "DROP TABLE partner_token",
    "DROP TABLE partner",
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
