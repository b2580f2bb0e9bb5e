//! What a value must be: every bound that is given must hold.

use chrono::NaiveDate;

/// A text: case is ignored, accents count. At least one is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TextMatch {
    /// The whole text.
    pub eq: Option<String>,
    /// One of these.
    pub within: Option<Vec<String>>,
    /// A part of the text.
    pub contains: Option<String>,
    /// The text's beginning.
    pub starts_with: Option<String>,
}

/// A number. At least one bound is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds<T> {
    /// Exactly.
    pub eq: Option<T>,
    /// More than.
    pub gt: Option<T>,
    /// At least.
    pub gte: Option<T>,
    /// Less than.
    pub lt: Option<T>,
    /// At most.
    pub lte: Option<T>,
}

/// A local day. At least one bound is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DayBounds {
    /// Exactly.
    pub on: Option<NaiveDate>,
    /// Not before.
    pub from: Option<NaiveDate>,
    /// Not after.
    pub to: Option<NaiveDate>,
    /// Today or one of the days before, so many in all.
    pub last_days: Option<i64>,
}
