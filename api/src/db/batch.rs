//! Many rows in one statement, whose text stays the same whatever their number: the rows travel as one JSON value.

use sea_orm::{ConnectionTrait, DbBackend, Value};
use serde::Serialize;

/// The type of a column of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A whole number of 64 bits.
    Int,
    /// A text.
    Text,
    /// True or false.
    Bool,
}

/// Rows for one statement: the fields of `R`, serialized, are the columns.
#[derive(Debug)]
pub struct Batch<'a, R> {
    columns: &'a [(&'a str, Column)],
    rows: &'a [R],
}

impl<'a, R: Serialize> Batch<'a, R> {
    /// A batch of rows with the named columns.
    pub fn new(columns: &'a [(&'a str, Column)], rows: &'a [R]) -> Self {
        Self { columns, rows }
    }

    /// A table expression named `batch` over the rows, to stand after FROM; `placeholder` is the number of the value.
    pub fn table(&self, db: &impl ConnectionTrait, placeholder: usize) -> String {
        let postgres = db.get_database_backend() == DbBackend::Postgres;
        let columns: Vec<String> = self.columns.iter().map(|(name, column)| column.spelt(name, postgres)).collect();
        let columns = columns.join(", ");
        if postgres {
            format!("json_to_recordset(${placeholder}::text::json) AS batch({columns})")
        } else {
            // The binary form of each row: as text it would be parsed once more for every column.
            format!("(SELECT {columns} FROM jsonb_each(${placeholder})) AS batch")
        }
    }

    /// The rows as the one value of the placeholder.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        Ok(serde_json::to_string(self.rows)?.into())
    }
}

impl Column {
    fn spelt(self, name: &str, postgres: bool) -> String {
        if !postgres {
            return format!("value ->> '{name}' AS {name}");
        }
        match self {
            Self::Int => format!("{name} BIGINT"),
            Self::Text => format!("{name} TEXT COLLATE \"C\""),
            Self::Bool => format!("{name} BOOLEAN"),
        }
    }
}
