//! What is known of members, as columns: of a handful read from rows in a transaction, or of everybody in memory.
//!
//! The evaluator looks at nothing else, so that a rule means the same wherever the facts come from. Members stand in the
//! order of their ids; what belongs to one stands together, in the order of time.

mod builder;
mod columns;
mod dictionary;
mod gathering;
mod items;
mod participation;
mod parts;
mod profiles;
mod rows;
mod sums;
mod valuation;
mod values;

pub use builder::Builder;
pub use columns::{AttributeValue, Facts};
pub(crate) use columns::{PURCHASE, Pair, RETURN, days_within};
pub use dictionary::{Dictionary, NO_TEXT, TextId};
pub use gathering::{Gathering, Pile};
pub(crate) use items::Items;
pub use participation::CampaignPart;
pub(crate) use participation::Participation;
pub use profiles::Profiles;
pub use rows::{ItemRow, MemberRow, PointsRow, TransactionRow};
pub(crate) use valuation::Valued;
pub use valuation::{Valuation, share_of_units, share_units};
pub use values::{ValueCounts, ValueKind};

/// A local day of the programme, as days since 1970-01-01.
pub type Day = i32;

/// No day at all.
pub const NO_DAY: Day = Day::MIN;
