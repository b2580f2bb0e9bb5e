//! Who belongs now.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, SegmentId};
use crate::kinds::MembershipVia;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    pub joined_at: i64,
    pub via: MembershipVia,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
