//! Sales and returns: documents of the shop, recorded once, never edited.

mod body;
mod input;
mod item_store;
mod link;
pub mod list;
pub mod ops;
mod store;

pub use input::{Checked, ItemInput, TransactionInput};
pub use ops::{DEFAULT_SOURCE, record, record_in};
