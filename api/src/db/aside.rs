//! Connections of their own, beside the pools: for what runs long and must neither starve the others nor be stopped by
//! their time limits.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Error as SqlxError};

use super::Db;
use crate::error::{Fault, FaultKind};

/// How long PostgreSQL may take to let us in.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A connection to PostgreSQL, with a name under which its administrator finds it.
pub async fn postgres_aside(db: &Db, name: &str) -> Result<PgConnection, Fault> {
    let options = db.reader.get_postgres_connection_pool().connect_options();
    let options = options.as_ref().clone().application_name(name).disable_statement_logging();
    match tokio::time::timeout(CONNECT_LIMIT, options.connect()).await {
        Ok(connected) => connected.map_err(|error| Fault::of(FaultKind::Unavailable, error.to_string())),
        Err(_elapsed) => Err(Fault::of(FaultKind::Unavailable, "PostgreSQL does not answer")),
    }
}

/// The file of SQLite's database.
pub fn sqlite_file(db: &Db) -> PathBuf {
    db.reader.get_sqlite_connection_pool().connect_options().get_filename().to_owned()
}

/// A connection to a SQLite file that only reads. It maps nothing into memory and keeps few pages: whoever reads
/// everything once needs no more.
pub fn sqlite_aside(file: &Path) -> Result<rusqlite::Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(|error| rusqlite_fault(&error))?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(|error| rusqlite_fault(&error))?;
    let pragmas = "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -16384";
    connection.execute_batch(pragmas).map_err(|error| rusqlite_fault(&error))?;
    Ok(connection)
}

/// What an error of sqlx means to the caller.
pub fn sqlx_fault(error: SqlxError) -> Fault {
    sea_orm::DbErr::Query(sea_orm::RuntimeErr::SqlxError(error.into())).into()
}

/// What an error of rusqlite means to the caller.
pub fn rusqlite_fault(error: &rusqlite::Error) -> Fault {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked};
    match error.sqlite_error_code() {
        Some(CannotOpen | DatabaseBusy | DatabaseLocked) => Fault::of(FaultKind::Unavailable, error.to_string()),
        _ => Fault::new(error.to_string()),
    }
}
