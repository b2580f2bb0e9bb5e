//! Rules as the schema takes them, and as it shows what they do.

mod explain;
mod input;
mod preview;
#[cfg(test)]
mod tests;

pub(crate) use explain::{ExplainedTo, MembershipExplanation};
pub(crate) use input::{RuleInput, rule};
pub(crate) use preview::RuleQuery;
