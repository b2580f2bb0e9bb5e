//! Rules are looked at before they decide, and while they do: what one can say, what it would do, and why a member is in
//! or out.

mod catalogue;
mod explain;
mod preview;
mod store;

pub use crate::facts::catalogue::Value;
pub use catalogue::{Entry, Unit, ValueType, entries, values};
pub use explain::{Clause, Explanation, explain};
pub use preview::{Preview, Turnover, preview};
