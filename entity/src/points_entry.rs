//! The points ledger.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, PointsEntryId};
use crate::kinds::PointsKind;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "points_entry")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PointsEntryId,
    pub member_id: MemberId,
    /// Unique with the member.
    pub document: String,
    pub kind: PointsKind,
    pub points: i64,
    pub at: i64,
    pub origin: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
