//! What members are worth, how they come and go, earn and answer: figures over everybody's facts.
//!
//! A figure is a question that is asked of parts of the facts, side by side and in any order; what the parts say adds
//! up, and the sum is turned into the answer once. So the answer does not depend on how the members were cut into
//! parts.

mod among;
mod by_member;
mod fifths;
mod figure;
mod intervals;
mod member;
mod missing;
mod notes;
mod nps;
mod per_text;
mod period;
mod points;
mod profile;
mod retention;
mod revenue;
mod rfm;
mod sales;
mod snapshot;
mod survival;
#[cfg(test)]
mod tests;
mod value;

pub use among::Among;
pub use by_member::ByMember;
pub use figure::{Figure, Several, answer_of};
pub use intervals::Interval;
pub use member::{Bounds, MemberGroups, MemberInsights};
pub use missing::{BackTest, Missing, MissingAnalysis, Multiple, Presence, Rhythm};
pub use notes::Note;
pub use nps::{Nps, NpsResult};
pub use period::Period;
pub use points::{PointsAnalysis, PointsByOrigin, PointsFlow, PointsPoint, RewardTimes, RewardTimesAnswer};
pub use profile::{ProfileDimension, ProfileShare, SegmentProfiles};
pub use retention::{Retention, RetentionCohort};
pub use revenue::{Revenue, RevenuePoint};
pub use rfm::{Rfm, RfmAnalysis, RfmBounds, RfmCell, RfmGroup, RfmGroupFigures, RfmScores};
pub use sales::{Sales, UnnamedSales};
pub use snapshot::{Snapshot, SnapshotFigures, SnapshotGroup, ValueSnapshot};
pub use survival::Durations;
pub use value::{
    Prediction, ValueBounds, ValueBreakdown, ValueGroup, ValueGroupFigures, ValueGroups, ValueGroupsAnalysis,
    ValueSettings, ValueTerms,
};
