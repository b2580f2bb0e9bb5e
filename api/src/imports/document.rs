//! The document of a row that has no source.

use super::mapping::{Mapping, Mistake};
use super::row::{Column, Row, Wrong};

/// Where the document comes from.
#[derive(Clone, Debug)]
pub(super) enum Document {
    /// A column.
    Column(Column),
    /// The line behind the file's name: without a source, a document is unique with the member alone.
    Line(String),
}

impl Document {
    /// The document that a mapping names; `file_name` stands before the number of a line.
    pub(super) fn of(mapping: &Mapping, file_name: String) -> Result<Self, Mistake> {
        if mapping.is_line("document") {
            return Ok(Self::Line(file_name));
        }
        mapping.needed("document").map(Self::Column)
    }

    /// What a row is called.
    pub(super) fn read(&self, row: &Row<'_>) -> Result<String, Wrong> {
        match self {
            Self::Column(column) => row.needed(column).map(str::to_owned),
            Self::Line(file) => Ok(format!("{file}:{}", row.line)),
        }
    }
}
