//! Fills tables that `tessera migrate` made, as fast as each database takes rows.

mod postgres;
mod sqlite;

use anyhow::Result;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// A value of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(&'a str),
}

impl Cell<'_> {
    /// An id, which is never too large.
    pub(crate) fn id(id: usize) -> Self {
        Self::Int(i64::try_from(id).unwrap_or(i64::MAX))
    }
}

/// Takes the rows of one table.
pub(crate) trait Rows {
    /// Takes a row, its values in the order of the columns.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()>;
}

/// Takes tables.
pub(crate) trait Filler {
    /// Writes the rows that `fill` hands over.
    fn table(&mut self, name: &str, columns: &[&str], fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;

    /// Makes the tables as they would be in use: every index, counted up, looked over.
    fn finish(&mut self) -> Result<()>;
}
