//! The append-only log of comings and goings.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, MembershipEventId, SegmentId};
use crate::kinds::{MembershipEventKind, MembershipReason};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: MembershipEventId,
    pub segment_id: SegmentId,
    pub segment_key: String,
    pub segment_name: String,
    pub member_id: MemberId,
    pub kind: MembershipEventKind,
    pub reason: MembershipReason,
    pub at: i64,
    pub actor: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
