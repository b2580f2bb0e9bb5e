//! What became of each attempt to deliver.

use sea_orm::entity::prelude::*;

use crate::ids::WebhookDeliveryId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub delivery_id: WebhookDeliveryId,
    pub at: i64,
    pub duration_ms: i64,
    /// None where there was no answer.
    pub response_status: Option<i64>,
    /// None where it was delivered.
    pub error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
