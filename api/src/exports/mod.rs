//! Downloads: the members of a segment, whom a campaign targets, or the customers of a group, as a file, of any length in
//! constant memory, as they were at one moment.
//!
//! Asking gives a signed link (`link`) that works once. Opening it (`ops`) takes one of a few places, looks at the
//! database through a connection of its own (`postgres_store`, `sqlite_store`), notes in one transaction that the link was
//! used and by whom, and then writes rows (`sheet`) into chunks (`outlet`) as fast as the client takes them.

mod asker;
mod base;
mod cell;
mod columns;
mod layout;
mod link;
mod ops;
mod outlet;
mod postgres_store;
mod rejects;
mod sheet;
mod slots;
mod sqlite_store;
mod store;
mod tuples;
mod whom;

pub use asker::Asker;
pub use base::Reached;
pub use layout::{Format, Layout};
pub use link::Link;
pub use ops::{Download, Refused, ask, open};
pub use rejects::ask as ask_rejects;
pub use slots::Slots;
pub use whom::{Exported, Group};
