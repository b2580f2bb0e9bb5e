//! Partner systems: they register segments of their own, and push who belongs to them.

mod caller;
mod list;
mod names;
mod ops;
mod push;
mod push_lists;
mod push_store;
mod store;
mod sync;
mod sync_store;
mod tidy;
mod token_store;
mod tokens;

pub use caller::{PartnerCaller, RecentPartners, authenticate, exporter};
pub use list::{by_ids, count, page, page_of_pushes, push_by_id, sync_by_id, token_by_id, tokens_of};
pub use names::{Problem, ProblemCode, problems};
pub use ops::{NewPartner, PartnerPatch, create, update};
pub use push::{Push, Receipt, push};
pub use sync::{Appended, Begin, Commit, abort, abort_old_lists, append, begin, commit};
pub use tidy::forget;
pub use tokens::{NewToken, create_token, revoke_token, scopes};

use crate::audit::{Changes, Entry, Object};

/// A change of a partner for the audit log.
fn trace(action: &'static str, partner: &entity::partner::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("Partner", partner.id.0, partner.name.as_str()), changes }
}
