//! Whose members a file has.

use entity::campaign;
use entity::ids::{CampaignId, SegmentId};
use serde::{Deserialize, Serialize};

use crate::segments::SegmentRow;

/// What a file is asked for of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Of {
    /// Who belongs to a segment.
    Segment(SegmentId),
    /// Whom a campaign targets: the held-out are left out.
    Campaign(CampaignId),
}

impl Of {
    /// Its type, as the API calls it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Segment(_) => "Segment",
            Self::Campaign(_) => "Campaign",
        }
    }

    /// Its number.
    pub(super) fn id(self) -> i64 {
        match self {
            Self::Segment(id) => id.0,
            Self::Campaign(id) => id.0,
        }
    }
}

/// Whose members a file is to have, as they are when it is asked for.
#[derive(Clone, Debug)]
pub struct Exported {
    pub(super) of: Of,
    /// The beginning of the file's name.
    pub(super) stem: String,
    /// How many members there are.
    pub(super) rows: i64,
}

impl Exported {
    /// Those of a segment.
    pub fn segment(row: &SegmentRow) -> Self {
        // A key may name its owner before a slash, which no file's name can hold.
        let stem = row.segment.key.replace('/', "-");
        Self { of: Of::Segment(row.segment.id), stem, rows: row.stats.members }
    }

    /// Those whom a campaign targets.
    pub fn campaign(row: &campaign::Model) -> Self {
        // A name may have no letter that a file's name can safely hold.
        let stem = Some(engine::text::slug(&row.name)).filter(|stem| !stem.is_empty());
        let stem = stem.unwrap_or_else(|| "campaign".to_owned());
        Self { of: Of::Campaign(row.id), stem, rows: row.targeted }
    }
}
