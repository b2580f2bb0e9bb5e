//! Partner systems, what they push, and what they may see.

mod list;
mod mutation;
mod push;
mod sync;
mod types;
mod view;

pub(super) use list::PartnerQuery;
pub(super) use mutation::PartnerMutation;
pub(super) use push::{PushMutation, PushProblem, PushProblemCode, PushReceipt};
pub(super) use sync::{SegmentSync, SyncMutation};
pub(super) use types::{Partner, PartnerToken, Scope};
pub use view::PartnerView;
