//! Segments as the schema shows them.

mod definition;
mod events;
mod figures;
mod history;
mod input;
mod kind;
mod list;
mod members;
mod mutation;
mod plain;
mod reach;
mod templates;
mod types;
mod watch;

pub(super) use events::{MembershipEvent, MembershipEventConnection};
pub(super) use history::Interval;
pub(super) use list::{SegmentConnection, SegmentQuery};
pub(super) use members::MembershipVia;
pub(super) use mutation::{SegmentMutation, SegmentPayload, changed};
pub(super) use templates::TemplateMutation;
pub(super) use types::Segment;
pub(super) use watch::SegmentSubscription;
