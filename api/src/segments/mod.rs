//! Segments: named groups of members, with figures that are exact at every moment.

mod assign;
mod create;
mod input;
mod list;
mod membership_store;
mod query;
mod reference;
mod remove;
mod store;

pub use assign::{Assigned, Assignment, MOST_MEMBERS, assign, unassign};
pub use create::{NewSegment, create};
pub use list::{
    SegmentList, SegmentMemberList, by_ids, by_ref, count, count_members, members, memberships, of_member, of_members,
    page, tags, tags_of,
};
pub use membership_store::Belonging;
pub use query::{SegmentFilter, SegmentMemberOrder, SegmentMemberOrderField, SegmentOrder, SegmentOrderField};
pub use reference::SegmentRef;
pub use remove::remove;
pub use store::{SegmentRow, TagCount};
