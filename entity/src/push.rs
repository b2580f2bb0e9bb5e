//! What partners have pushed, and what was answered.

use sea_orm::entity::prelude::*;

use crate::ids::{PartnerId, PushId, SegmentId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "push")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PushId,
    pub partner_id: PartnerId,
    /// The segment may be gone.
    pub segment_id: SegmentId,
    pub idempotency_key: String,
    pub body_hash: String,
    /// As the partner said.
    pub emitted_at: Option<i64>,
    pub received_at: i64,
    pub joiners: i64,
    pub leavers: i64,
    pub unchanged: i64,
    pub pending: i64,
    /// JSON: the first of them.
    pub problems: String,
    pub problem_count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
