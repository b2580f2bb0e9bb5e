//! The one evaluator: whether a rule holds for a member, what was found, and from when on that may be different.
//!
//! Rules are compiled once for a day and a dictionary, and then run over any number of members, all of them in one pass.

mod campaigns;
mod days;
mod due;
mod explain;
mod filtered;
mod interval;
mod known;
mod matcher;
mod measure;
mod numbers;
mod outcome;
mod program;
mod rows;
mod run;
mod running;
mod sample;
mod test;
#[cfg(test)]
mod tests;
mod texts;
mod totals;

pub use days::{Moment, age, next_yearly};
pub use explain::explain;
pub(crate) use known::in_set;
pub use known::{Known, Pins};
pub use outcome::{Observed, Outcome, Unit};
pub use program::Program;
pub use sample::Share;

pub use crate::figures::SHARE_DIGITS;
