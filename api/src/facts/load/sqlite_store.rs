//! SQLite's side: a connection of its own, which lends us each value where it lies.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Row, Rows};

use super::scan::{Scan, Tables};
use crate::db::{self, Db};
use crate::error::Fault;

/// The file.
pub(super) struct File(Connection);

impl File {
    pub(super) fn open(db: &Db) -> Result<Self, Fault> {
        Ok(Self(db::sqlite_aside(&db::sqlite_file(db))?))
    }
}

impl Tables for File {
    fn scan(&self, text: &str, read: &mut dyn FnMut(&mut dyn Scan) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut statement = self.0.prepare(text).map_err(fault)?;
        let rows = statement.query([]).map_err(fault)?;
        read(&mut Stepped(rows))
    }
}

struct Stepped<'s>(Rows<'s>);

impl Scan for Stepped<'_> {
    fn advance(&mut self) -> Result<bool, Fault> {
        self.0.advance().map_err(fault)?;
        Ok(self.0.get().is_some())
    }

    fn maybe_int(&self, place: usize) -> Result<Option<i64>, Fault> {
        self.value(place)
    }

    fn maybe_text(&self, place: usize) -> Result<Option<&str>, Fault> {
        match self.row()?.get_ref(place).map_err(fault)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|_| Fault::new("a text is not UTF-8")),
            other => Err(Fault::new(format!("a value of type {} where a text was expected", other.data_type()))),
        }
    }

    fn flag(&self, place: usize) -> Result<bool, Fault> {
        self.value(place)
    }
}

impl Stepped<'_> {
    fn row(&self) -> Result<&Row<'_>, Fault> {
        self.0.get().ok_or_else(|| Fault::new("no row is looked at"))
    }

    fn value<T: FromSql>(&self, place: usize) -> Result<T, Fault> {
        self.row()?.get(place).map_err(fault)
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    db::rusqlite_fault(&error)
}
