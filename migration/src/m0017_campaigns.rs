//! Campaigns: who gets them, who is left alone, and what members did with what they got.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // segment_id: null once the segment is removed, after the campaign ended. targeted and held_out: how many rows of
    // campaign_member there are of either kind. drawn_targets: how many were targeted by the draw, whoever was erased since.
    "CREATE TABLE campaign (
        id {id},
        name {text} NOT NULL,
        description {text},
        offer {text},
        segment_id {int} CONSTRAINT campaign_segment REFERENCES segment (id) ON DELETE SET NULL,
        status {text} NOT NULL,
        holdout_percent {text} NOT NULL,
        starts_at {int} NOT NULL,
        ends_at {int} NOT NULL,
        cost {int} NOT NULL,
        targeted {int} NOT NULL,
        held_out {int} NOT NULL,
        drawn_targets {int} NOT NULL,
        drawn_at {int},
        created_at {int} NOT NULL,
        created_by {text},
        CONSTRAINT campaign_in_order CHECK (starts_at < ends_at)
    ) {table}",
    "CREATE INDEX campaign_by_segment ON campaign (segment_id)",
    "CREATE INDEX campaign_by_status ON campaign (status, id)",
    // No foreign keys on the two bulk tables: `tessera verify` watches over them. The four flags say which kinds of
    // engagement are recorded of the member.
    "CREATE TABLE campaign_member (
        member_id {int} NOT NULL,
        campaign_id {int} NOT NULL,
        held_out {bool} NOT NULL,
        delivered {bool} NOT NULL,
        opened {bool} NOT NULL,
        clicked {bool} NOT NULL,
        redeemed {bool} NOT NULL,
        CONSTRAINT campaign_member_pk PRIMARY KEY (member_id, campaign_id)
    ) {table}",
    "CREATE INDEX campaign_member_by_campaign ON campaign_member (campaign_id, member_id)",
    "CREATE TABLE engagement (
        member_id {int} NOT NULL,
        campaign_id {int} NOT NULL,
        document {text} NOT NULL,
        kind {text} NOT NULL,
        at {int} NOT NULL,
        CONSTRAINT engagement_pk PRIMARY KEY (member_id, campaign_id, document)
    ) {table}",
    // A campaign that the rule names has changed since for so many that everybody is evaluated anew.
    "ALTER TABLE segment_evaluation ADD COLUMN outdated {bool} NOT NULL DEFAULT FALSE",
    // What a delivery tells of a campaign stands in the queue of the campaign's segment.
    "ALTER TABLE webhook_delivery ADD COLUMN campaign_id {int}",
    "ALTER TABLE webhook_delivery ADD COLUMN campaign_name {text}",
];

const DOWN: &[&str] = &[
    "ALTER TABLE webhook_delivery DROP COLUMN campaign_name",
    "ALTER TABLE webhook_delivery DROP COLUMN campaign_id",
    "ALTER TABLE segment_evaluation DROP COLUMN outdated",
    "DROP TABLE engagement",
    "DROP TABLE campaign_member",
    "DROP TABLE campaign",
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
