//! Who is told of changes, and how that is signed.

use std::fmt;

use sea_orm::entity::prelude::*;

use crate::ids::WebhookEndpointId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: WebhookEndpointId,
    pub url: String,
    /// Words, each between blanks.
    pub events: String,
    /// Of every segment, also of those to come, else of those in `webhook_endpoint_segment`.
    pub all_segments: bool,
    pub active: bool,
    /// Why it was switched off where no person did it.
    pub disabled_reason: Option<String>,
    /// Since when it is not active.
    pub disabled_at: Option<i64>,
    pub secret: WebhookSecret,
    /// Signs beside the other one until `previous_until`.
    pub previous_secret: Option<WebhookSecret>,
    pub previous_until: Option<i64>,
    pub created_at: i64,
}

/// What signs deliveries: `whsec_` and a key. It never shows itself.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct WebhookSecret(pub String);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("•••")
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
