//! What members are worth: the value model, fitted anew every night, and what the analyses keep of each member by it, so
//! that rules, lists and figures say the same.

mod ask;
mod cost_store;
mod land;
mod member;
mod member_store;
mod passes;
mod plan;
mod read;
mod store;
mod work;

pub use ask::{ask, keep_up, program_changed};
pub use member::MemberFigures;
pub use read::{FittedModel, Groups, breakdown, groups, model, of_members};
pub use store::GroupFigures;
pub use work::work;

/// The kind of job that fits the value model, and works out everybody's groups.
pub const JOB: &str = "VALUE_MODEL";
