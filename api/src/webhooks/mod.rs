//! Who is told of changes, over HTTP, after the Standard Webhooks specification.
//!
//! What is to be told is written into an outbox in the transaction of the change, and sent later: at least once, and what
//! concerns one segment strictly one after the other to each endpoint. The outbox holds ids, and the body is made of them
//! when it is sent, so that nothing about a person lies there.

mod address;
mod deliveries;
mod delivery_store;
mod endpoint_checks;
mod endpoint_list;
mod endpoint_store;
mod endpoints;
mod given_up;
mod outbound;
mod outbox;
mod outbox_store;
mod payload;
mod payload_store;
mod queue;
mod queue_store;
mod retention;
mod schedule;
mod secret;
mod sender;
mod target;

pub use deliveries::{attempts_of, deliveries_by_ids, deliveries_of, redeliver};
pub use endpoint_checks::events_of;
pub use endpoint_list::{count, endpoints_by_ids, page, segments_of};
pub use endpoints::{EndpointPatch, NewEndpoint, Signing, create, remove, rotate_secret, update};
pub use outbox::{campaign_event, membership_events, segment_event};
pub use payload::MOST_MEMBERS;
pub use retention::forget;
pub use schedule::WAITS;
pub use sender::{Pace, run};

/// The channel on which PostgreSQL tells all processes that there is something to be sent.
pub const CHANNEL: &str = "tessera_webhook";
