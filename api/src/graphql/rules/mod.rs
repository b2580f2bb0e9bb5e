//! Rules as the schema takes them.

mod input;
#[cfg(test)]
mod tests;

pub(crate) use input::{RuleInput, rule};
