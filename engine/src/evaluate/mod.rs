//! The one evaluator: whether a rule holds for a member, what was found, and from when on that may be different.

mod outcome;

pub use outcome::{Observed, Outcome, Unit};
