//! Which rule of a DYNAMIC segment decides, and how its latest evaluation went.

use sea_orm::entity::prelude::*;

use crate::ids::SegmentId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "segment_evaluation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
    /// The version of the segment whose rule decides; 0 before the first evaluation has landed.
    pub applied_version: i64,
    /// The rule that decides.
    pub applied_rule: Option<String>,
    /// False from a switching off until the evaluation that follows a switching on has landed.
    pub decides: bool,
    /// A campaign that the rule names has changed since for so many that everybody is evaluated anew; nothing decides until
    /// that has landed.
    pub outdated: bool,
    pub started_at: i64,
    /// None while it runs or waits.
    pub finished_at: Option<i64>,
    pub duration_ms: Option<i64>,
    pub joiners: Option<i64>,
    pub leavers: Option<i64>,
    pub error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
