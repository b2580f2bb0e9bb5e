//! Members whom a person has put into a DYNAMIC segment, or taken out, whatever its rule says.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, SegmentId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_pin")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// In, else out.
    pub pinned_in: bool,
    pub note: Option<String>,
    pub actor: String,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
