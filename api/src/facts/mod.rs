//! What rules look at: read from rows for some members, or kept in memory for everybody.

pub mod catalogue;
mod documents_store;
mod everybody;
mod everybody_store;
mod lens;
mod load;
mod moment;
mod needs;
mod rows;
mod rows_store;

pub use everybody::{Everybody, Freshness, everybody, everybody_prepared};
pub use lens::{Lens, LensState, LensView, caught_up, follow};
pub use moment::{Moment, Turns};
pub use needs::Needs;
pub use rows::{Whose, read, read_with_evidence};
