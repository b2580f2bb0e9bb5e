//! Who belongs: decided by rules and by hand, written to the log of comings and goings, and kept true.
//!
//! A change goes through the log: first the comings and goings are written there, then memberships and figures follow
//! from what was written. What rules decide is decided in the transaction that changes what they look at.

mod campaign;
mod campaign_store;
mod decide;
mod evaluation;
mod evaluation_store;
mod landing;
mod log;
mod log_store;
mod midnight;
mod midnight_store;
mod outdated;
mod pins;
mod pins_store;
mod pushed;
mod pushed_name_store;
mod pushed_store;
mod revaluation;
mod rule_set;
mod rule_set_store;
mod touched;

pub use campaign::{MOST_DECIDED, audience_fixed, days_changed, decides_by_campaign};
pub use campaign_store::{days_of_campaigns, naming_campaign};
pub use decide::spread;
pub use evaluation::{EVALUATION_JOB, evaluate, evaluation_job};
pub use evaluation_store::{
    begin as begin_evaluation, followed, is_landed, open as open_evaluation, stop as stop_deciding,
};
pub use log::{Log, Who};
pub use midnight::to_today;
pub use outdated::{evaluate_outdated, is_settled};
pub use pins::{Pin, pin, unpin};
pub use pins_store::{PinRow, select as select_pins};
pub use pushed::{
    Moved, Pushed, PushedName, catch_up, lapse, newer, newer_names, push, push_names, pushed_before, waiting,
};
pub use revaluation::{Belonging, Evaluated, Revaluation};
pub use rule_set::{DecidingRule, RuleSet, stored, told};
pub use rule_set_store::{known_members, known_of, last_moves, moves_after, named_by, naming, write_references};
pub use touched::{Touched, settle};

/// The channel on which PostgreSQL tells all processes of comings and goings.
pub const CHANNEL: &str = "tessera_membership";
