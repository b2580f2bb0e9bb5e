//! The loyalty programme that this server runs: one row in the database, read by every command.

mod checks;
pub mod ops;
mod store;
mod update;

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::money::Currency;
use rust_decimal::Decimal;

pub use store::row;
pub use update::{ProgramPatch, update};

/// The channel on which PostgreSQL tells all processes that the programme changed.
pub const CHANNEL: &str = "tessera_program";
/// The kind of job that reckons the figures anew in another time zone.
pub const ZONE_JOB: &str = "PROGRAM_ZONE";

/// The programme, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// What it is called.
    pub name: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// The zone of every day.
    pub zone: Zone,
    /// Its first day.
    pub launched_on: NaiveDate,
    /// Share of revenue that is profit, 0 to 1.
    pub gross_margin: Decimal,
    /// What a redeemed point costs, in the programme's currency.
    pub reward_cost_per_point: Decimal,
    /// What taking back a return costs, in the programme's currency.
    pub return_handling_cost: Decimal,
}
