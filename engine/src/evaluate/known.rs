//! What a run is told beside the facts.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use roaring::RoaringTreemap;

use crate::facts::Day;

/// Who belongs to the segments that rules name and that the run does not decide itself, who is pinned, and the days of
/// the campaigns that they name. Segments and members by id.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Who belongs; a segment that is missing has nobody.
    pub members: HashMap<i64, RoaringTreemap>,
    /// Who is pinned in or out; a segment that is missing has no pins.
    pub pins: HashMap<i64, Pins>,
    /// The days of campaigns, by id: nobody has converted in a campaign that is missing.
    pub campaigns: HashMap<i64, RangeInclusive<Day>>,
}

/// Members whom a person has put in or out, whatever the rule says.
#[derive(Clone, Debug, Default)]
pub struct Pins {
    /// Pinned in.
    pub inside: RoaringTreemap,
    /// Pinned out.
    pub outside: RoaringTreemap,
}

impl Pins {
    /// (rule ∪ pinned in) − pinned out.
    pub(super) fn decide(&self, member: u64, by_rule: bool) -> bool {
        (by_rule || self.inside.contains(member)) && !self.outside.contains(member)
    }
}

/// A member's id in a set of members.
pub(crate) fn in_set(member: i64) -> u64 {
    u64::try_from(member).unwrap_or(u64::MAX)
}
