//! Sales and returns as the schema shows them.

mod mutation;
mod types;

pub(super) use mutation::TransactionMutation;
pub(super) use types::{Transaction, TransactionConnection};
