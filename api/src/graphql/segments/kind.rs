//! The kinds of segments.

use async_graphql::Enum;

/// Who decides on membership.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::SegmentKind")]
pub(crate) enum SegmentKind {
    /// Who belongs follows from `rule`; people may still be pinned in or out by hand.
    Dynamic,
    /// Who belongs was chosen by hand or by a file.
    Manual,
    /// Who belongs is pushed by a partner system.
    External,
}
