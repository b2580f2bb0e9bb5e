//! What customers are worth, term by term, and the groups that follow from it.

mod analysis;
mod bounds;
mod peers;
mod rate;
mod settings;
mod terms;

pub use analysis::{ValueGroupFigures, ValueGroups, ValueGroupsAnalysis};
pub use bounds::{ValueBounds, ValueBreakdown};
pub use settings::{Prediction, ValueSettings};
pub use terms::ValueTerms;

pub use crate::groups::ValueGroup;

impl ValueGroup {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::MostValuable, Self::MostGrowable, Self::Maintain, Self::BelowZero];

    /// Its place among all.
    fn place(self) -> usize {
        self as usize
    }
}
