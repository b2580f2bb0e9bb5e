//! Signing in and out as the schema shows it.

mod mutation;
mod types;

pub(super) use mutation::AuthMutation;
pub(super) use types::{AuthQuery, User};
