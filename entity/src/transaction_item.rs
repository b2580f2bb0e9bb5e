//! The lines of a transaction.

use sea_orm::entity::prelude::*;

use crate::ids::TransactionId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transaction_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_id: TransactionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub sku: String,
    pub name: Option<String>,
    pub brand: Option<String>,
    pub category: Option<String>,
    /// A decimal.
    pub quantity: String,
    /// Minor units.
    pub amount: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
