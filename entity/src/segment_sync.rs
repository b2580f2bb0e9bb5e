//! Full lists that partners send in parts.

use sea_orm::entity::prelude::*;

use crate::ids::{PartnerId, SegmentId, SegmentSyncId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_sync")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SegmentSyncId,
    pub partner_id: PartnerId,
    /// The segment may be gone.
    pub segment_id: SegmentId,
    pub started_at: i64,
    /// A decimal.
    pub max_leave_percent: Option<String>,
    /// Distinct names so far.
    pub received: i64,
    pub committed_at: Option<i64>,
    pub aborted_at: Option<i64>,
    pub joiners: Option<i64>,
    pub leavers: Option<i64>,
    pub pending: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
