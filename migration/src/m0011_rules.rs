//! Rules, pins, and the log of changed facts.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // JSON in the shape of the API's RuleInput, segments by id; null where the segment is not DYNAMIC.
    "ALTER TABLE segment ADD COLUMN rule {text}",
    // applied_rule is the one that decides; behind the segment's own until the evaluation of an edit has landed. decides:
    // false from a switching off until the evaluation that follows a switching on has landed.
    "CREATE TABLE segment_evaluation (
        segment_id {int} NOT NULL CONSTRAINT segment_evaluation_pk PRIMARY KEY
            CONSTRAINT segment_evaluation_segment REFERENCES segment (id) ON DELETE CASCADE,
        applied_version {int} NOT NULL,
        applied_rule {text},
        decides {bool} NOT NULL,
        started_at {int} NOT NULL,
        finished_at {int},
        duration_ms {int},
        joiners {int},
        leavers {int},
        error {text}
    ) {table}",
    // Which segments a segment's rules name: that of its own and that which decides.
    "CREATE TABLE segment_reference (
        segment_id {int} NOT NULL CONSTRAINT segment_reference_segment REFERENCES segment (id) ON DELETE CASCADE,
        names {int} NOT NULL,
        CONSTRAINT segment_reference_pk PRIMARY KEY (segment_id, names)
    ) {table}",
    "CREATE INDEX segment_reference_by_names ON segment_reference (names, segment_id)",
    // No foreign keys: a pin is a row of a bulk table, and `tessera verify` watches over it.
    "CREATE TABLE segment_pin (
        segment_id {int} NOT NULL,
        member_id {int} NOT NULL,
        pinned_in {bool} NOT NULL,
        note {text},
        actor {text} NOT NULL,
        at {int} NOT NULL,
        CONSTRAINT segment_pin_pk PRIMARY KEY (segment_id, member_id)
    ) {table}",
    "CREATE INDEX segment_pin_by_member ON segment_pin (member_id, segment_id)",
    "CREATE INDEX segment_pin_by_at ON segment_pin (segment_id, at, member_id)",
    // Whose facts a transaction changed, as a JSON list of ids; null: everybody's. xid is PostgreSQL's number of the
    // transaction: ids are given away before the commit, and not in the order of the commits.
    "CREATE TABLE change (
        id {id},
        xid {int} NOT NULL,
        at {int} NOT NULL,
        members {text}
    ) {table}",
    "CREATE INDEX change_by_xid ON change (xid, id)",
    // The local day, and the zone of that day, for which everybody was last decided.
    "ALTER TABLE program ADD COLUMN decided_on {text} NOT NULL DEFAULT ''",
    "ALTER TABLE program ADD COLUMN decided_zone {text} NOT NULL DEFAULT ''",
    "UPDATE program SET decided_on = figures_on, decided_zone = figures_zone",
];

const DOWN: &[&str] = &[
    "ALTER TABLE program DROP COLUMN decided_zone",
    "ALTER TABLE program DROP COLUMN decided_on",
    "DROP TABLE change",
    "DROP TABLE segment_pin",
    "DROP TABLE segment_reference",
    "DROP TABLE segment_evaluation",
    "ALTER TABLE segment DROP COLUMN rule",
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
