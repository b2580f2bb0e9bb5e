//! What members answer to surveys.

use sea_orm::entity::prelude::*;

use crate::ids::{FeedbackId, MemberId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: FeedbackId,
    pub member_id: MemberId,
    /// As the answer spells it.
    pub survey: String,
    pub survey_folded: String,
    /// 0 to 10.
    pub score: i64,
    pub comment: Option<String>,
    pub at: i64,
    /// Unique with the member.
    pub document: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
