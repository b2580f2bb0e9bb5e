//! Signing in and out, and the people who may, as the schema shows them.

mod mutation;
mod people;
mod types;

pub(super) use mutation::AuthMutation;
pub(super) use people::{PeopleMutation, PeopleQuery};
pub(super) use types::{AuthQuery, User};
