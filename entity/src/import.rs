//! How far each import of a file has come.

use sea_orm::entity::prelude::*;

use crate::ids::ImportId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ImportId,
    /// Of the file and of every option that changes what is read from it.
    pub fingerprint: String,
    pub kind: String,
    pub file: String,
    /// Rows, or documents, that were taken or rejected so far.
    pub position: i64,
    pub created: i64,
    pub updated: i64,
    pub duplicates: i64,
    pub rejected: i64,
    /// How much of the rejects file belongs to them.
    pub rejects_bytes: i64,
    pub started_at: i64,
    pub finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
