//! SQLite's side: one read transaction, on a connection of its own, on a thread of its own.
//!
//! The connection is rusqlite's, which lends us each value where it lies: sqlx copies every one of them and sends every row
//! from thread to thread.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};
use tokio::runtime::Handle;

use super::columns::{Cell, Field, Handed, MOST};
use super::exported::Of;
use super::outlet::{Ended, Outlet};
use super::sheet::Sheet;
use super::store::{heading, members};
use crate::db::{self, Db};
use crate::error::Fault;

/// A moment of the database, kept for as long as the transaction is open.
pub(super) struct Moment(Connection);

/// How many steps of SQLite's machine lie between two looks whether the client is still there.
const STEPS: i32 = 10_000;

/// Begins; answers the name of what is asked for and how many members it has, or none where it is not there any more.
pub(super) async fn begin(db: &Db, of: Of) -> Result<Option<(Moment, String, i64)>, Fault> {
    let file = db::sqlite_file(db);
    let begun = tokio::task::spawn_blocking(move || {
        let connection = db::sqlite_aside(&file)?;
        // The moment is that of the first read.
        connection.execute_batch("BEGIN").map_err(fault)?;
        let row = connection.query_row(heading(of), [of.id()], |row| Ok((row.get(0)?, row.get(1)?)));
        let found = row.optional().map_err(fault)?;
        Ok(found.map(|(name, count)| (Moment(connection), name, count)))
    });
    begun.await.map_err(|error| Fault::new(format!("a download was not begun: {error}")))?
}

/// Reads everybody into the outlet. A client that goes away stops the query where it is.
pub(super) async fn read(moment: Moment, of: Of, mut sheet: Sheet, outlet: Outlet, expected: i64) {
    let (reading, runtime) = (outlet.clone(), Handle::current());
    let read = tokio::task::spawn_blocking(move || {
        let Moment(connection) = moment;
        let watched = reading.clone();
        connection.progress_handler(STEPS, Some(move || watched.is_gone())).map_err(fault)?;
        let outcome = copy(&connection, of, &mut sheet, expected, |chunk| runtime.block_on(reading.send(chunk)));
        match outcome {
            Err(Ended::Broken(_)) if reading.is_gone() => Err(Ended::Gone),
            outcome => outcome,
        }
    });
    let outcome = match read.await {
        Ok(outcome) => outcome,
        Err(error) => Err(Fault::new(format!("a download was not finished: {error}")).into()),
    };
    outlet.end(outcome).await;
}

fn copy(
    connection: &Connection,
    of: Of,
    sheet: &mut Sheet,
    expected: i64,
    send: impl Fn(bytes::Bytes) -> Result<(), Ended>,
) -> Result<i64, Ended> {
    let fields: Vec<Field> = sheet.sources().to_vec();
    let mut statement = connection.prepare(&members(of, &fields)).map_err(fault)?;
    let mut rows = statement.query([]).map_err(fault)?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        let mut cells = [Cell::Null; MOST];
        for ((place, field), cell) in fields.iter().enumerate().zip(&mut cells) {
            *cell = value_of(row.get_ref(place).map_err(fault)?, field.handed())?;
        }
        sheet.row(&cells[..fields.len()])?;
        count += 1;
        if sheet.is_full() {
            send(sheet.take())?;
        }
    }
    if count != expected {
        return Err(Fault::new(format!("{count} rows came where {expected} were counted")).into());
    }
    send(sheet.take())?;
    Ok(count)
}

fn value_of(value: ValueRef<'_>, handed: Handed) -> Result<Cell<'_>, Fault> {
    match (value, handed) {
        (ValueRef::Null, _) => Ok(Cell::Null),
        (ValueRef::Text(text), Handed::Text) => {
            std::str::from_utf8(text).map(Cell::Text).map_err(|_| Fault::new("a text is not UTF-8"))
        }
        (ValueRef::Integer(number), Handed::Int) => Ok(Cell::Int(number)),
        (ValueRef::Integer(number), Handed::Bool) => Ok(Cell::Bool(number != 0)),
        (other, _) => Err(Fault::new(format!("a value of type {} where none was expected", other.data_type()))),
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    db::rusqlite_fault(&error)
}
