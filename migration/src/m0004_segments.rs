//! Segments, who belongs to them, their figures, and the log of comings and goings.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE segment (
        id {id},
        key {text} NOT NULL CONSTRAINT segment_key_unique UNIQUE,
        name {text} NOT NULL,
        name_folded {text} NOT NULL CONSTRAINT segment_name_unique UNIQUE,
        search_words {text} NOT NULL,
        description {text},
        description_folded {text},
        kind {text} NOT NULL,
        active {bool} NOT NULL,
        frozen_at {int},
        version {int} NOT NULL,
        created_at {int} NOT NULL,
        created_by {text},
        updated_at {int} NOT NULL
    ) {table}",
    "CREATE TABLE segment_tag (
        segment_id {int} NOT NULL CONSTRAINT segment_tag_segment REFERENCES segment (id) ON DELETE CASCADE,
        position {int} NOT NULL,
        tag {text} NOT NULL,
        tag_folded {text} NOT NULL,
        CONSTRAINT segment_tag_pk PRIMARY KEY (segment_id, position)
    ) {table}",
    "CREATE INDEX segment_tag_by_tag ON segment_tag (tag_folded, segment_id)",
    // Sums, and the averages that are shown, so that a page can be filtered and sorted by them.
    "CREATE TABLE segment_stats (
        segment_id {int} NOT NULL CONSTRAINT segment_stats_pk PRIMARY KEY
            CONSTRAINT segment_stats_segment REFERENCES segment (id) ON DELETE CASCADE,
        members {int} NOT NULL,
        reachable {int} NOT NULL,
        transactions {int} NOT NULL,
        spending {int} NOT NULL,
        spending_12m {int} NOT NULL,
        average_transaction_value {int},
        average_transactions {real},
        average_spending {int},
        average_clv {int},
        stats_at {int} NOT NULL
    ) {table}",
    // No foreign keys on the two bulk tables: they would double the cost of a large assignment.
    "CREATE TABLE segment_member (
        segment_id {int} NOT NULL,
        member_id {int} NOT NULL,
        joined_at {int} NOT NULL,
        via {text} NOT NULL,
        CONSTRAINT segment_member_pk PRIMARY KEY (segment_id, member_id)
    ) {table}",
    "CREATE INDEX segment_member_by_member ON segment_member (member_id, segment_id)",
    "CREATE INDEX segment_member_by_joined_at ON segment_member (segment_id, joined_at, member_id)",
    "CREATE TABLE membership_event (
        id {id},
        segment_id {int} NOT NULL,
        segment_key {text} NOT NULL,
        segment_name {text} NOT NULL,
        member_id {int} NOT NULL,
        kind {text} NOT NULL,
        reason {text} NOT NULL,
        at {int} NOT NULL,
        actor {text}
    ) {table}",
    "CREATE INDEX membership_event_by_segment ON membership_event (segment_id, id)",
    "CREATE INDEX membership_event_by_member ON membership_event (member_id, id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE membership_event",
    "DROP TABLE segment_member",
    "DROP TABLE segment_stats",
    "DROP TABLE segment_tag",
    "DROP TABLE segment",
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
