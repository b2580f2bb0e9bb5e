//! Long work.

use sea_orm::entity::prelude::*;

use crate::ids::JobId;
use crate::kinds::JobStatus;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: JobId,
    pub kind: String,
    /// What it works on, as JSON: ids, never values, which are read anew.
    pub arguments: String,
    pub status: JobStatus,
    pub actor: String,
    pub done: i64,
    pub total: Option<i64>,
    pub attempts: i64,
    /// The last attempt that got further: those before it are no failed tries.
    pub useful_attempt: i64,
    /// Somebody asked to stop it; the holder sees it at its next step.
    pub cancelling: bool,
    pub error: Option<String>,
    /// Not before then.
    pub run_at: i64,
    /// Who works on it.
    pub holder: Option<String>,
    /// Until when nobody else may.
    pub lease_until: Option<i64>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
