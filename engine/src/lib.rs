//! The pure part of Tessera: what days, amounts, texts and figures mean.
//!
//! Nothing here reads a clock, a file or a database; the same input gives the same answer everywhere, on every
//! database. The rules' evaluator and the statistics join this crate with their issues.

pub mod calendar;
pub mod figures;
pub mod ledger;
pub mod money;
pub mod text;
