//! What the members of a segment are like.

use async_graphql::{Enum, Error, SimpleObject};
use engine::insights;

use crate::db::page::length;
use crate::graphql::connection::int;

/// What members are told apart by.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "insights::ProfileDimension")]
pub(crate) enum ProfileDimension {
    Country,
    Region,
    City,
    Gender,
    /// Full years: under 18, 18–24, 25–34, 35–44, 45–54, 55–64, 65 and over.
    AgeBand,
    Tier,
    /// The year of the enrolment in the programme.
    EnrolmentYear,
    /// Categories of which they bought something; a member may have several.
    Category,
    /// Brands of which they bought something.
    Brand,
    /// Channels through which they bought.
    Channel,
}

/// Those with one value. Values that most members of the segment have come first, those of other customers alone last; there
/// are none where the segment has no members.
#[derive(SimpleObject)]
pub(crate) struct ProfileShare {
    /// As it was first spelt.
    value: String,
    /// Members of the segment with it.
    members: i32,
    /// Their share of the members of the segment, those with no value among them.
    share: f64,
    /// The share of all customers who have it.
    share_of_all: f64,
    /// share ÷ shareOfAll
    index: Option<f64>,
}

/// The first 20 of some shares, or as many as are asked for.
pub(crate) fn shares(all: &[insights::ProfileShare], first: Option<i32>) -> Result<Vec<ProfileShare>, Error> {
    let first = length("first", first.unwrap_or(20))?;
    let share = |share: &insights::ProfileShare| ProfileShare {
        value: share.value.clone(),
        members: int(share.members),
        share: share.share,
        share_of_all: share.share_of_all,
        index: share.index,
    };
    Ok(all.iter().take(usize::try_from(first).unwrap_or(0)).map(share).collect())
}
