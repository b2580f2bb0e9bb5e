//! Webhooks as the schema shows them. Nothing here shows a secret but the answers that made it.

mod deliveries;
mod list;
mod loading;
mod mutation;
mod types;

pub(super) use deliveries::WebhookDelivery;
pub(super) use list::WebhookQuery;
pub(super) use mutation::{RemoveNodePayload, WebhookMutation};
pub(super) use types::WebhookEndpoint;
