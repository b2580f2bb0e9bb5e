//! The outbox: what endpoints are told, or were.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, MembershipEventId, SegmentId, WebhookDeliveryId, WebhookEndpointId};
use crate::kinds::{WebhookDeliveryStatus, WebhookEvent};

/// A row. It holds no body: that is made of the ids when it is sent.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    pub event: WebhookEvent,
    pub segment_id: SegmentId,
    pub segment_key: String,
    pub segment_name: String,
    /// The first coming or going that it tells of; none where it tells of none.
    pub first_event: Option<MembershipEventId>,
    /// The last one. Between the two are others that it does not tell of: of other segments, or of the other kind.
    pub last_event: Option<MembershipEventId>,
    /// The campaign that it tells of; none where it tells of none.
    pub campaign_id: Option<CampaignId>,
    /// What the campaign was called.
    pub campaign_name: Option<String>,
    pub status: WebhookDeliveryStatus,
    /// Attempts since it was last begun from the start.
    pub tries: i64,
    /// Not before then; none: as soon as those before it are settled.
    pub next_attempt_at: Option<i64>,
    pub created_at: i64,
    /// Since when it is not pending.
    pub settled_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
