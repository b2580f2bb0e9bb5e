//! How much a rule may hold.

/// Conditions that decide something by themselves.
pub const MOST_CLAUSES: usize = 200;
/// Rules within rules, the outermost counted.
pub const MOST_LEVELS: usize = 10;
/// Values in one list.
pub const MOST_VALUES: usize = 1_000;
/// Characters of a text to compare with.
pub const MOST_TEXT: usize = 500;
/// The longest span of days that a window or a distance may have: a hundred years.
pub const WINDOW_DAYS: i64 = 36_525;
