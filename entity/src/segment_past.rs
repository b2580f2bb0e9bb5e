//! Stays in a segment that are over.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, SegmentId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_past")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    pub joined_at: i64,
    /// From then on the member belonged no more.
    #[sea_orm(primary_key, auto_increment = false)]
    pub left_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
