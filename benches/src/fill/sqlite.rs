//! SQLite takes rows by one prepared statement a table, in one transaction.

use anyhow::Result;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement, params_from_iter};

use super::{Cell, Filler, Rows};

/// A file of SQLite that is filled.
pub(crate) struct Sqlite {
    connection: Connection,
    indexes: Vec<String>,
}

impl Sqlite {
    /// Takes the indexes off, so that they are built at once in the end.
    pub(crate) fn begin(path: &str) -> Result<Self> {
        let connection = Connection::open(path)?;
        // A fill that fails is begun anew.
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN IMMEDIATE")?;
        let mut found =
            connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
        let found_indexes: Vec<(String, String)> =
            found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        drop(found);
        for (name, _) in &found_indexes {
            connection.execute_batch(&format!("DROP INDEX {name}"))?;
        }
        Ok(Self { connection, indexes: found_indexes.into_iter().map(|(_, text)| text).collect() })
    }
}

impl Filler for Sqlite {
    fn table(&mut self, name: &str, columns: &[&str], fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let places = vec!["?"; columns.len()].join(", ");
        let text = format!("INSERT INTO {name} ({}) VALUES ({places})", columns.join(", "));
        fill(&mut Inserts(self.connection.prepare(&text)?))
    }

    fn finish(&mut self) -> Result<()> {
        for index in &self.indexes {
            self.connection.execute_batch(index)?;
        }
        self.connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(())
    }
}

struct Inserts<'a>(Statement<'a>);

impl Rows for Inserts<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.0.execute(params_from_iter(cells))?;
        Ok(())
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Bool(yes) => ToSqlOutput::Owned(Value::Integer((*yes).into())),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}
