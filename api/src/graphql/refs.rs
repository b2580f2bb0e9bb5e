//! How callers name members and segments.

use async_graphql::{ID, OneofObject};

use crate::global_id::GlobalId;
use crate::members;
use crate::segments;

/// Names a member.
#[derive(OneofObject, Clone, Debug)]
pub(super) enum MemberRef {
    Id(ID),
    Number(String),
    /// Matches when exactly one member has it, ignoring case; else AMBIGUOUS.
    Email(String),
}

/// Names a segment.
#[derive(OneofObject, Clone, Debug)]
pub(super) enum SegmentRef {
    Id(ID),
    Key(String),
}

impl From<MemberRef> for members::MemberRef {
    fn from(reference: MemberRef) -> Self {
        match reference {
            MemberRef::Number(number) => Self::Number(number),
            MemberRef::Email(email) => Self::Email(email),
            MemberRef::Id(id) => match GlobalId::read(&id) {
                Some(GlobalId::Member(member)) => Self::Id(member),
                _ => Self::Unreadable(id.0),
            },
        }
    }
}

impl From<SegmentRef> for segments::SegmentRef {
    fn from(reference: SegmentRef) -> Self {
        match reference {
            SegmentRef::Key(key) => Self::Key(key),
            SegmentRef::Id(id) => match GlobalId::read(&id) {
                Some(GlobalId::Segment(segment)) => Self::Id(segment),
                _ => Self::Unreadable,
            },
        }
    }
}
