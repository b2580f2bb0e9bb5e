//! The history of segments: who belonged when, and how each day ended.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // A stay that is over: the member belonged from joined_at until just before left_at.
    "CREATE TABLE segment_past (
        segment_id {int} NOT NULL,
        member_id {int} NOT NULL,
        joined_at {int} NOT NULL,
        left_at {int} NOT NULL,
        CONSTRAINT segment_past_pk PRIMARY KEY (segment_id, member_id, left_at)
    ) {table}",
    "CREATE INDEX segment_past_by_left_at ON segment_past (segment_id, left_at, joined_at, member_id)",
    // How a day ended, and how many came and went on it; a day without a row ended as the one before.
    "CREATE TABLE segment_day (
        segment_id {int} NOT NULL CONSTRAINT segment_day_segment REFERENCES segment (id) ON DELETE CASCADE,
        day {text} NOT NULL,
        members {int} NOT NULL,
        joiners {int} NOT NULL,
        leavers {int} NOT NULL,
        average_transaction_value {int},
        average_spending {int},
        average_clv {int},
        CONSTRAINT segment_day_pk PRIMARY KEY (segment_id, day)
    ) {table}",
    "INSERT INTO segment_past (segment_id, member_id, joined_at, left_at)
        SELECT segment_id, member_id, joined_at, left_at FROM (
            SELECT segment_id, member_id, kind, at AS left_at,
                LAG(at) OVER (PARTITION BY segment_id, member_id ORDER BY id) AS joined_at
            FROM membership_event
        ) AS stay WHERE kind = 'LEFT' AND joined_at < left_at AND segment_id IN (SELECT id FROM segment)",
    // What came before was not kept by day: it all stands on the day of the change.
    "INSERT INTO segment_day
        SELECT s.segment_id, p.figures_on, s.members,
            (SELECT COUNT(*) FROM membership_event AS e WHERE e.segment_id = s.segment_id AND e.kind = 'JOINED'),
            (SELECT COUNT(*) FROM membership_event AS e WHERE e.segment_id = s.segment_id AND e.kind = 'LEFT'),
            s.average_transaction_value, s.average_spending, s.average_clv
        FROM segment_stats AS s, program AS p",
    // With all that a page needs of a membership, the index alone is read, and its plan is the same for every segment.
    "DROP INDEX segment_member_by_joined_at",
    "CREATE INDEX segment_member_by_joined_at ON segment_member (segment_id, joined_at, member_id, via)",
    // at rises with id, so that these keep the order of the ids too.
    "DROP INDEX membership_event_by_segment",
    "DROP INDEX membership_event_by_member",
    "CREATE INDEX membership_event_by_segment ON membership_event (segment_id, at, id)",
    "CREATE INDEX membership_event_by_member ON membership_event (member_id, at, id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE segment_past",
    "DROP TABLE segment_day",
    "DROP INDEX segment_member_by_joined_at",
    "CREATE INDEX segment_member_by_joined_at ON segment_member (segment_id, joined_at, member_id)",
    "DROP INDEX membership_event_by_segment",
    "DROP INDEX membership_event_by_member",
    "CREATE INDEX membership_event_by_segment ON membership_event (segment_id, id)",
    "CREATE INDEX membership_event_by_member ON membership_event (member_id, id)",
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
