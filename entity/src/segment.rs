//! Named groups of members.

use sea_orm::entity::prelude::*;

use crate::ids::{PartnerId, SegmentId};
use crate::kinds::SegmentKind;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SegmentId,
    pub key: String,
    pub name: String,
    pub name_folded: String,
    /// The folded name, behind its owner where that is a partner: unique.
    pub name_owned: String,
    /// The folded words of the name, each after a blank.
    pub search_words: String,
    pub description: Option<String>,
    pub description_folded: Option<String>,
    pub kind: SegmentKind,
    pub active: bool,
    pub frozen_at: Option<i64>,
    pub version: i64,
    pub created_at: i64,
    pub created_by: Option<String>,
    pub updated_at: i64,
    /// JSON in the shape of the API's RuleInput, segments by id; none where the segment is not DYNAMIC.
    pub rule: Option<String>,
    /// Who pushes its members; of an EXTERNAL segment alone.
    pub partner_id: Option<PartnerId>,
    pub external_url: Option<String>,
    pub expires_after_days: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
