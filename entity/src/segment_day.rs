//! How a day of a segment ended. A day without a row ended as the one before.

use sea_orm::entity::prelude::*;

use crate::ids::SegmentId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    /// The local day, as 2026-03-01.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    pub members: i64,
    /// How often somebody came on that day.
    pub joiners: i64,
    /// How often somebody left on that day.
    pub leavers: i64,
    pub average_transaction_value: Option<i64>,
    pub average_spending: Option<i64>,
    pub average_clv: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
