//! What members did with what campaigns sent.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, MemberId};
use crate::kinds::EngagementKind;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "engagement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    /// Unique with the campaign and the member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub document: String,
    pub kind: EngagementKind,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
