//! What was: who belonged when, who came and went and why, how each day ended, and what segments share.

mod days;
mod days_store;
mod events;
mod events_store;
mod overlaps;
mod overlaps_store;
mod stays;
mod stays_store;

pub use days::{Course, Point, course};
pub use events::{cursor, event, id_at, of_members, of_segments};
pub use overlaps::{Overlap, overlaps};
pub use stays::{Stayed, count_stayed, stayed};
