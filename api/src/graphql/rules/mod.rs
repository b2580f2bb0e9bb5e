//! Rules as the schema takes them, and as it shows what they do.

mod catalogue;
mod explain;
mod input;
mod preview;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::CatalogueQuery;
pub(crate) use explain::{ExplainedTo, MembershipExplanation};
pub(crate) use input::{RuleInput, rule};
pub(crate) use preview::RuleQuery;
