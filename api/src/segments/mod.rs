//! Segments: named groups of members, with figures that are exact at every moment.

mod assign;
mod campaign;
mod campaign_store;
mod create;
mod defined;
mod definition;
mod duplicate;
mod edit;
mod external;
pub mod history;
mod input;
mod list;
mod look;
mod membership_store;
mod query;
mod reference;
mod remove;
mod row_store;
mod store;
mod switch;
mod tag_store;
mod templates;

pub use assign::{Assigned, Assignment, MOST_MEMBERS, assign, import_in, unassign, unpin};
pub use campaign::{kept_for_campaign, locked_for_campaign};
pub use campaign_store::called as campaigns_called;
pub use create::{Changed, NewSegment, create};
pub use defined::{Definition, definitions, dependents, pins};
pub use duplicate::{Duplicate, duplicate};
pub use edit::{SegmentPatch, update};
pub use external::{ExternalSegment, Owner, register};
pub use input::key;
pub use list::{
    SegmentList, SegmentMemberList, by_ids, by_ref, count, count_members, find, ids_of, members, memberships,
    of_member, of_members, page, tags, tags_of,
};
pub use look::{Looked, look, names_of};
pub use membership_store::Belonging;
pub use query::{SegmentFilter, SegmentMemberOrder, SegmentMemberOrderField, SegmentOrder, SegmentOrderField};
pub use reference::SegmentRef;
pub use remove::remove;
pub use store::SegmentRow;
pub use switch::{activate, deactivate};
pub use tag_store::TagCount;
pub use templates::{Template, from_template};

use crate::audit::{Changes, Entry, Object};

/// A change of a segment for the audit log.
fn trace(action: &'static str, segment: &entity::segment::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("Segment", segment.id.0, segment.name.as_str()), changes }
}
