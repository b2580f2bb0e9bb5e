//! The segments that an endpoint is told of.

use sea_orm::entity::prelude::*;

use crate::ids::{SegmentId, WebhookEndpointId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint_segment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: WebhookEndpointId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: SegmentId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
