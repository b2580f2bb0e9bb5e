//! Campaigns.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, SegmentId};
use crate::kinds::CampaignStatus;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CampaignId,
    pub name: String,
    pub description: Option<String>,
    pub offer: Option<String>,
    /// Whose members it is for; none once the segment is removed, after the campaign ended.
    pub segment_id: Option<SegmentId>,
    pub status: CampaignStatus,
    /// A decimal number, 0 to 100.
    pub holdout_percent: String,
    pub starts_at: i64,
    pub ends_at: i64,
    /// In minor units.
    pub cost: i64,
    /// How many members of the audience get it.
    pub targeted: i64,
    /// How many are left alone.
    pub held_out: i64,
    /// To how many of the targeted it was delivered.
    pub delivered: i64,
    /// How many of them opened it.
    pub opened: i64,
    /// How many of them clicked in it.
    pub clicked: i64,
    /// How many of them redeemed it.
    pub redeemed: i64,
    /// Of how many of them any of the four is recorded.
    pub reached: i64,
    /// How many of them opened, clicked or redeemed.
    pub engaged: i64,
    /// Of how many of those left alone any of the four is recorded all the same.
    pub held_out_reached: i64,
    /// How many the draw targeted, whoever was erased since; 0 before.
    pub drawn_targets: i64,
    /// When the audience was fixed and the holdout drawn; none before.
    pub drawn_at: Option<i64>,
    pub created_at: i64,
    pub created_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
