//! The pure part of Tessera: what days, amounts, texts and figures mean.
//!
//! Nothing here reads a clock, a file or a database; the same input gives the same answer everywhere, on every
//! database.

pub mod calendar;
pub mod campaigns;
pub mod evaluate;
pub mod facts;
pub mod figures;
pub mod groups;
pub mod insights;
pub mod ledger;
pub mod money;
pub mod rules;
pub mod statistics;
pub mod text;
pub mod value;
