//! Whose rows a file has.

use chrono::NaiveDate;
use engine::insights::{Period, SnapshotGroup};
use entity::ids::SegmentId;
use serde::{Deserialize, Serialize};

use crate::audit::{Changes, Object};

/// Whose rows a file has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Whom {
    /// The members of a segment.
    Segment(SegmentId),
    /// Customers of a group who bought on some days.
    Group(GroupAsked),
}

/// Customers of a group who bought on some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupAsked {
    pub(super) group: SnapshotGroup,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    /// Whose members; none: everybody.
    pub(super) segment: Option<SegmentId>,
}

/// The customers whom a group of the value snapshot counts.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// Which.
    pub group: SnapshotGroup,
    /// When they bought.
    pub period: Period,
    /// The id and key of the segment of whose members; none: of everybody.
    pub segment: Option<(SegmentId, &'a str)>,
}

impl Group<'_> {
    pub(super) fn asked(&self) -> GroupAsked {
        let Self { group, period: Period { from, to }, segment } = *self;
        GroupAsked { group, from, to, segment: segment.map(|(id, _)| id) }
    }

    /// What its file's name begins with.
    pub(super) fn handle(&self) -> String {
        let of = self.segment.map_or("customers", |(_, key)| key);
        format!("{of}-{}", slug(self.group))
    }
}

impl Whom {
    /// What the audit log calls it, and what it says of it.
    pub(super) fn told(&self, name: String, changes: Changes) -> (Object, Changes) {
        let (segment, changes) = match self {
            Self::Segment(segment) => (Some(*segment), changes),
            Self::Group(GroupAsked { group, from, to, segment }) => {
                (*segment, changes.new_field("group", group).new_field("from", from).new_field("to", to))
            }
        };
        let object = match segment {
            Some(segment) => Object::one("Segment", segment.0, name),
            None => Object::many("Member", "the value snapshot's customers"),
        };
        (object, changes)
    }
}

fn slug(group: SnapshotGroup) -> &'static str {
    match group {
        SnapshotGroup::NonMembers => "non-members",
        SnapshotGroup::Members => "members",
        SnapshotGroup::RedeemingMembers => "redeeming-members",
        SnapshotGroup::NonRedeemingMembers => "non-redeeming-members",
    }
}
