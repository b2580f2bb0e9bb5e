//! Whose rows a file has.

use chrono::NaiveDate;
use engine::insights::{Period, SnapshotGroup};
use entity::campaign;
use entity::ids::{CampaignId, SegmentId};
use serde::{Deserialize, Serialize};

use crate::audit::{Changes, Object};
use crate::segments::SegmentRow;

/// Whose rows a file has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Whom {
    /// The members of a segment.
    Segment(SegmentId),
    /// Whom a campaign targets: the held-out are left out.
    Campaign(CampaignId),
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

/// Whose rows a file is to have, as they are when it is asked for.
#[derive(Clone, Debug)]
pub struct Exported {
    pub(super) whom: Whom,
    /// The beginning of the file's name.
    pub(super) stem: String,
    /// How many rows there are.
    pub(super) rows: i64,
}

impl Exported {
    /// The members of a segment.
    pub fn segment(row: &SegmentRow) -> Self {
        Self { whom: Whom::Segment(row.segment.id), stem: stem(&row.segment.key), rows: row.stats.members }
    }

    /// Whom a campaign targets.
    pub fn campaign(row: &campaign::Model) -> Self {
        // A name may have no letter that a file's name can safely hold.
        let stem = Some(engine::text::slug(&row.name)).filter(|stem| !stem.is_empty());
        let stem = stem.unwrap_or_else(|| "campaign".to_owned());
        Self { whom: Whom::Campaign(row.id), stem, rows: row.targeted }
    }

    /// The customers of a group, of whom there are so many.
    pub fn group(group: &Group<'_>, rows: i64) -> Self {
        let Group { group, period: Period { from, to }, segment } = *group;
        let of = segment.map_or("customers", |(_, key)| key);
        let stem = format!("{}-{}", stem(of), slug(group));
        let asked = GroupAsked { group, from, to, segment: segment.map(|(id, _)| id) };
        Self { whom: Whom::Group(asked), stem, rows }
    }
}

impl Whom {
    /// What the audit log calls it, and what it says of it.
    pub(super) fn told(&self, name: String, changes: Changes) -> (Object, Changes) {
        match self {
            Self::Segment(segment) => (Object::one("Segment", segment.0, name), changes),
            Self::Campaign(campaign) => (Object::one("Campaign", campaign.0, name), changes),
            Self::Group(GroupAsked { group, from, to, segment }) => {
                let object = match segment {
                    Some(segment) => Object::one("Segment", segment.0, name),
                    None => Object::many("Member", "the value snapshot's customers"),
                };
                (object, changes.new_field("group", group).new_field("from", from).new_field("to", to))
            }
        }
    }
}

/// A key may name its owner before a slash, which no file's name can hold.
fn stem(key: &str) -> String {
    key.replace('/', "-")
}

fn slug(group: SnapshotGroup) -> &'static str {
    match group {
        SnapshotGroup::NonMembers => "non-members",
        SnapshotGroup::Members => "members",
        SnapshotGroup::RedeemingMembers => "redeeming-members",
        SnapshotGroup::NonRedeemingMembers => "non-redeeming-members",
    }
}
