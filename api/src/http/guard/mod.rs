//! The document guard: what a GraphQL document must pass before async-graphql sees it.
//!
//! The stock parser and validator recurse and write fragments out before they look at any limit, so that one small
//! request can end or hang the process. Here every step is bounded by the one before it: the length of the text bounds
//! the scan, the scan bounds the parser's recursion, the parsed document is measured with a memo for each fragment, and
//! only what the limits admit is handed on.
//!
//! Two steps, because a document's text comes back with other variables: [`examine`] depends on the text alone and its
//! result can be kept and shared; [`Examined::admit`] chooses the operation and looks at the variables.

mod admitted;
mod cost;
mod examined;
mod fragments;
#[cfg(test)]
mod hostile;
mod limits;
mod measure;
mod prune;
mod refused;
#[cfg(test)]
mod rules;
mod scan;
#[cfg(test)]
mod served;
mod variables;
mod walk;

pub(crate) use admitted::Admitted;
pub(crate) use examined::{Examined, examine};
pub(crate) use limits::GuardLimits;
pub(crate) use refused::Refused;
