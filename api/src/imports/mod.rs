//! Files come in: any size in constant memory, in chunks that are each a transaction, with the position kept with it, so
//! that a killed import goes on where it stopped.
//!
//! A file is read on a thread of its own (`parse`), row by row (`reader`), into units (`members`, `transactions`, `lines`,
//! `points`, `feedback`, `segment`); units are gathered into chunks (`chunk`) and taken up one chunk after the other (`write`, `named`).

mod bounds;
mod chunk;
mod document;
mod external_sort;
mod feedback;
mod instant;
mod lines;
mod manners;
mod mapping;
mod members;
mod named;
mod ndjson;
mod options;
mod parse;
mod points;
mod profile;
mod progress;
mod reader;
mod rejects;
mod report;
mod row;
mod rows;
mod run;
mod segment;
mod sort;
mod spill;
mod store;
mod totals;
mod transactions;
mod unit;
pub mod upload;
mod write;

pub use mapping::{Mistake, pairs};
pub use options::{Kind, Options};
pub use report::Report;
pub use rows::Format;
pub use run::run;
pub use totals::totals;
