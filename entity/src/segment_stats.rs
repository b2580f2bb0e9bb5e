//! The sums of a segment and the averages that are shown. Amounts are in minor units.

use sea_orm::entity::prelude::*;

use crate::ids::SegmentId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_stats")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    pub members: i64,
    pub reachable: i64,
    pub transactions: i64,
    pub spending: i64,
    pub spending_12m: i64,
    pub average_transaction_value: Option<i64>,
    pub average_transactions: Option<f64>,
    pub average_spending: Option<i64>,
    pub average_clv: Option<i64>,
    /// Members of whom the value model says something.
    pub predicted_members: i64,
    /// What it predicts of them, together.
    pub predicted_value: i64,
    pub stats_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
