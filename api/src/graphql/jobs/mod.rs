//! Long work as the schema shows it.

mod list;
mod mutation;
mod rejected;
mod types;
mod watch;

pub(super) use list::JobQuery;
pub(super) use mutation::{JobMutation, JobPayload, NodeInput};
pub(super) use types::Job;
pub(super) use watch::JobSubscription;
