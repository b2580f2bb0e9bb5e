//! Who is told of changes, and what they are still to be told: an outbox that is written with each change.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // events: words, each between blanks. previous_secret signs beside secret until previous_until.
    "CREATE TABLE webhook_endpoint (
        id {id},
        url {text} NOT NULL,
        events {text} NOT NULL,
        all_segments {bool} NOT NULL,
        active {bool} NOT NULL,
        disabled_reason {text},
        disabled_at {int},
        secret {text} NOT NULL,
        previous_secret {text},
        previous_until {int},
        created_at {int} NOT NULL
    ) {table}",
    // What an endpoint is told of where it is not told of all segments.
    "CREATE TABLE webhook_endpoint_segment (
        endpoint_id {int} NOT NULL CONSTRAINT webhook_endpoint_segment_endpoint
            REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
        segment_id {int} NOT NULL CONSTRAINT webhook_endpoint_segment_segment
            REFERENCES segment (id) ON DELETE CASCADE,
        CONSTRAINT webhook_endpoint_segment_pk PRIMARY KEY (endpoint_id, segment_id)
    ) {table}",
    "CREATE INDEX webhook_endpoint_segment_by_segment ON webhook_endpoint_segment (segment_id)",
    // No body: it is made of ids when it is sent. first_event and last_event: what it tells of the log of memberships.
    "CREATE TABLE webhook_delivery (
        id {id},
        endpoint_id {int} NOT NULL CONSTRAINT webhook_delivery_endpoint
            REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
        event {text} NOT NULL,
        segment_id {int} NOT NULL,
        segment_key {text} NOT NULL,
        segment_name {text} NOT NULL,
        first_event {int},
        last_event {int},
        status {text} NOT NULL,
        tries {int} NOT NULL,
        next_attempt_at {int},
        created_at {int} NOT NULL,
        settled_at {int}
    ) {table}",
    "CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint_id, segment_id, id) WHERE status = 'PENDING'",
    "CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint_id, id)",
    "CREATE INDEX webhook_delivery_by_segment ON webhook_delivery (segment_id, last_event) WHERE last_event IS NOT NULL",
    "CREATE INDEX webhook_delivery_by_settled_at ON webhook_delivery (settled_at) WHERE settled_at IS NOT NULL",
    "CREATE TABLE webhook_attempt (
        id {id},
        delivery_id {int} NOT NULL CONSTRAINT webhook_attempt_delivery
            REFERENCES webhook_delivery (id) ON DELETE CASCADE,
        at {int} NOT NULL,
        duration_ms {int} NOT NULL,
        response_status {int},
        error {text}
    ) {table}",
    "CREATE INDEX webhook_attempt_by_delivery ON webhook_attempt (delivery_id, id)",
    // Who is sending what one endpoint is told of one segment, and until when nobody else may.
    "CREATE TABLE webhook_queue (
        endpoint_id {int} NOT NULL CONSTRAINT webhook_queue_endpoint
            REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
        segment_id {int} NOT NULL,
        holder {text} NOT NULL,
        lease_until {int} NOT NULL,
        CONSTRAINT webhook_queue_pk PRIMARY KEY (endpoint_id, segment_id)
    ) {table}",
];

const DOWN: &[&str] = &[
    "DROP TABLE webhook_queue",
    "DROP TABLE webhook_attempt",
    "DROP TABLE webhook_delivery",
    "DROP TABLE webhook_endpoint_segment",
    "DROP TABLE webhook_endpoint",
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
