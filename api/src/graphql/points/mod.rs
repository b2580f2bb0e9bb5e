//! The points ledger as the schema shows it.

mod mutation;
mod types;

pub(super) use mutation::PointsMutation;
pub(super) use types::{PointsEntry, PointsEntryConnection};
