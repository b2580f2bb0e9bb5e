//! How many members did what with what a campaign sent is counted as it is recorded: to count an audience of a million takes
//! as long as to add up what it bought.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // Targeted members of whom each is recorded; reached: any of the four; engaged: any but the first.
    "ALTER TABLE campaign ADD COLUMN delivered {int} NOT NULL DEFAULT 0",
    "ALTER TABLE campaign ADD COLUMN opened {int} NOT NULL DEFAULT 0",
    "ALTER TABLE campaign ADD COLUMN clicked {int} NOT NULL DEFAULT 0",
    "ALTER TABLE campaign ADD COLUMN redeemed {int} NOT NULL DEFAULT 0",
    "ALTER TABLE campaign ADD COLUMN reached {int} NOT NULL DEFAULT 0",
    "ALTER TABLE campaign ADD COLUMN engaged {int} NOT NULL DEFAULT 0",
    // Of those left alone, any of the four.
    "ALTER TABLE campaign ADD COLUMN held_out_reached {int} NOT NULL DEFAULT 0",
    "UPDATE campaign SET delivered = found.delivered, opened = found.opened, clicked = found.clicked,
        redeemed = found.redeemed, reached = found.reached, engaged = found.engaged,
        held_out_reached = found.held_out_reached
    FROM (
        SELECT campaign_id,
            COUNT(CASE WHEN delivered AND NOT held_out THEN 1 END) AS delivered,
            COUNT(CASE WHEN opened AND NOT held_out THEN 1 END) AS opened,
            COUNT(CASE WHEN clicked AND NOT held_out THEN 1 END) AS clicked,
            COUNT(CASE WHEN redeemed AND NOT held_out THEN 1 END) AS redeemed,
            COUNT(CASE WHEN (delivered OR opened OR clicked OR redeemed) AND NOT held_out THEN 1 END) AS reached,
            COUNT(CASE WHEN (opened OR clicked OR redeemed) AND NOT held_out THEN 1 END) AS engaged,
            COUNT(CASE WHEN (delivered OR opened OR clicked OR redeemed) AND held_out THEN 1 END) AS held_out_reached
        FROM campaign_member GROUP BY campaign_id
    ) AS found
    WHERE found.campaign_id = campaign.id",
];

const DOWN: &[&str] = &[
    "ALTER TABLE campaign DROP COLUMN held_out_reached",
    "ALTER TABLE campaign DROP COLUMN engaged",
    "ALTER TABLE campaign DROP COLUMN reached",
    "ALTER TABLE campaign DROP COLUMN redeemed",
    "ALTER TABLE campaign DROP COLUMN clicked",
    "ALTER TABLE campaign DROP COLUMN opened",
    "ALTER TABLE campaign DROP COLUMN delivered",
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
