//! Rules: questions about one member's facts, in the shape of the API's `RuleInput`.

mod clause;
mod filter;
mod limits;
mod parse;
mod read;
mod rule;
mod shape;
pub mod text;

pub use clause::{
    Attribute, AttributeTest, Feedback, LabelMatch, NpsGroup, Points, PointsMeasure, Profile, Sample, TextFact,
    Transactions, TransactionsMatch, TransactionsMeasure, Window, YearlyFact,
};
pub use filter::{Bounds, DayBounds, TextMatch};
pub use limits::{MOST_CLAUSES, MOST_LEVELS, MOST_TEXT, MOST_VALUES, WINDOW_DAYS};
pub use parse::parse;
pub use read::{Mistake, MistakeKind};
pub use rule::{Rule, SegmentName};
pub use shape::shape;
