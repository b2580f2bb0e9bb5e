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

/// Groups of customers; every customer is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueGroup {
    /// The top fifth by value of those who are worth nothing less than 0.
    MostValuable,
    /// Of the rest, the fifth that is furthest below what its peers are worth, if an order is likelier than usual.
    MostGrowable,
    /// All others.
    Maintain,
    /// Cost more than they bring.
    BelowZero,
}

impl ValueGroup {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::MostValuable, Self::MostGrowable, Self::Maintain, Self::BelowZero];

    /// Its place among all.
    fn place(self) -> usize {
        self as usize
    }
}
