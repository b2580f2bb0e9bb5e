//! Sales and returns.

use sea_orm::entity::prelude::*;

use crate::ids::{MemberId, TransactionId};
use crate::kinds::TransactionKind;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transaction")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TransactionId,
    pub source: String,
    /// Unique with the source.
    pub document: String,
    pub kind: TransactionKind,
    /// Null: an anonymous sale, or a return whose sale is not known yet.
    pub member_id: Option<MemberId>,
    /// Minor units, never negative; the kind gives the sign.
    pub amount: i64,
    pub at: i64,
    pub channel: Option<String>,
    pub location: Option<String>,
    /// A JSON list of key and value.
    pub labels: String,
    pub returns_document: Option<String>,
    /// How many returns name this sale.
    pub returns: i64,
    /// What they take back, in minor units.
    pub returned: i64,
    /// A sale that is not returned in full.
    pub purchase: bool,
    /// A hash of what was sent.
    pub body: i64,
    /// Whose it was, where the person was erased: an empty row. Such a document has no `member_id`.
    pub erased_member_id: Option<MemberId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
