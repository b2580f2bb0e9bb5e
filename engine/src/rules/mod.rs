//! Rules: questions about one member's facts, in the shape of the API's `RuleInput`.

mod clause;
pub(crate) mod clause_words;
mod filter;
mod filters_read;
mod limits;
mod parse;
mod read;
mod rule;
mod shape;
pub mod text;

pub use clause::{
    Attribute, AttributeTest, Feedback, LabelMatch, NpsGroup, Points, PointsMeasure, Profile, Sample, TextFact,
    Transactions, TransactionsMatch, TransactionsMeasure, ValueCondition, ValueMeasure, Window, YearlyFact,
};
pub use filter::{Bounds, DayBounds, TextMatch};
pub use limits::{MOST_CLAUSES, MOST_LEVELS, MOST_TEXT, MOST_VALUES, WINDOW_DAYS};
pub use parse::parse;
pub use read::{Mistake, MistakeKind};
pub use rule::{Names, Rule, SegmentName};
pub use shape::shape;
