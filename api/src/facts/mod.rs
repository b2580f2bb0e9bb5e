//! What rules look at: read from rows for some members, or kept in memory for everybody.

mod everybody;
mod needs;
mod rows;
mod rows_store;

pub use everybody::{Everybody, everybody};
pub use needs::Needs;
pub use rows::{Whose, read, read_with_evidence};
