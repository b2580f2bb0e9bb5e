//! The audiences of campaigns.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, MemberId};

/// A row. The four flags say which kinds of engagement are recorded of the member.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    /// Left alone, so that the effect can be measured.
    pub held_out: bool,
    pub delivered: bool,
    pub opened: bool,
    pub clicked: bool,
    pub redeemed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
