//! Rules are looked at before they decide, and while they do: what one would do, and why a member is in or out.

mod explain;
mod preview;
mod store;

pub use explain::{Clause, Explanation, explain};
pub use preview::{Preview, Turnover, preview};
