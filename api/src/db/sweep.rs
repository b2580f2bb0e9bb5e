//! Takes out of the files what is deleted in the tables.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::OpenFlags;
use sea_orm::{ConnectionTrait, DbBackend};

use super::{Db, rusqlite_fault, sqlite_file};
use crate::error::{Fault, FaultKind};

/// How long the writers of SQLite may be kept waiting for readers.
const PATIENCE: Duration = Duration::from_millis(300);

/// Moves everything from SQLite's log of writes into its file, and empties the log; false where somebody writes, or still
/// reads what was there before. PostgreSQL keeps its own log.
pub async fn empty_log(db: &Db) -> Result<bool, Fault> {
    if db.backend() != DbBackend::Sqlite {
        return Ok(true);
    }
    let file = sqlite_file(db);
    let emptied = tokio::task::spawn_blocking(move || emptied(file)).await;
    emptied.map_err(|error| Fault::new(format!("the log of writes could not be emptied: {error}")))?
}

/// On a connection of its own: that of the writer waits for a minute, and everybody else for it.
fn emptied(file: PathBuf) -> Result<bool, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let run = || {
        let connection = rusqlite::Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
    };
    match run().map_err(|error| rusqlite_fault(&error)) {
        Ok(busy) => Ok(busy == 0),
        Err(fault) if fault.kind == FaultKind::Unavailable => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Lets PostgreSQL take dead rows out of tables. Rows that somebody still reads in an older transaction stay until the next
/// time, which PostgreSQL chooses by itself.
pub async fn vacuum(db: &Db, tables: &[&str]) -> Result<(), Fault> {
    // One after the other, so that none is kept from being written for longer than it takes.
    for table in tables {
        db.writer().execute_unprepared(&format!("VACUUM {table}")).await?;
    }
    Ok(())
}
