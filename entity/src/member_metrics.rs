//! Sums kept of each member, moved with every document. Amounts are net, in minor units.

use sea_orm::entity::prelude::*;

use crate::ids::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member_metrics")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// Purchases: sales not returned in full.
    pub transactions: i64,
    pub spending: i64,
    /// Of the last 12 months before `program.figures_on`, that day included.
    pub spending_12m: i64,
    pub first_purchase_at: Option<i64>,
    pub last_purchase_at: Option<i64>,
    pub points_earned: i64,
    pub points_redeemed: i64,
    pub points_expired: i64,
    pub points_adjusted: i64,
    pub points_balance: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
