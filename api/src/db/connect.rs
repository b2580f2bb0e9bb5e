//! Opens the pools.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use super::{Db, StatementCount, deadline};

/// Why the database could not be opened, as a sentence for the operator.
#[derive(Debug)]
pub struct ConnectError(pub String);

/// How long a query may run.
const QUERY_LIMIT: Duration = Duration::from_secs(10);
/// How long a statement of a change may run: chunks are bounded, a roll over a million members is not done in ten.
const CHANGE_LIMIT: Duration = Duration::from_secs(600);
/// How long a request waits for a connection.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);
/// How many connections a pool has on PostgreSQL.
pub(super) const POSTGRES_CONNECTIONS: u32 = 8;

/// Opens the database of a URL: `sqlite://path/to/file.db` (made where it is missing) or `postgres://…`.
pub async fn connect(url: &str) -> Result<Db, ConnectError> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        sqlite(path).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url).await
    } else {
        Err(ConnectError("the database URL must begin with sqlite:// or postgres://".to_owned()))
    }
}

async fn sqlite(path: &str) -> Result<Db, ConnectError> {
    let path = path.split('?').next().unwrap_or(path);
    if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| ConnectError(format!("the folder {} cannot be made: {error}", folder.display())))?;
    }
    let url = format!("sqlite://{path}?mode=rwc");
    let failed = |error: DbErr| ConnectError(format!("the SQLite file {path} cannot be opened: {error}"));
    // The writer comes first: it makes the file and turns on the write-ahead log.
    let mut options = sqlite_options(&url, 1, false);
    options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(async move { Ok(is_idle(connection)) }));
    let writer = open(options).await.map_err(failed)?;
    let mut options = sqlite_options(&url, 4, true);
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        Box::pin(async move {
            deadline::set(connection, QUERY_LIMIT).await?;
            Ok(is_idle(connection))
        })
    });
    let reader = open(options).await.map_err(failed)?;
    Ok(Db { reader, writer })
}

/// Whether a connection that was given back has no transaction; another one takes its place otherwise.
///
/// SQLite ends a transaction by itself where the disk is full, and then refuses to roll it back. The driver takes that for
/// a transaction that still runs, and makes each later one a savepoint within it: answered, and never committed.
fn is_idle(connection: &SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

fn sqlite_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(if read_only { ACQUIRE_LIMIT } else { Duration::from_secs(60) })
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .read_only(read_only)
                .journal_mode(SqliteJournalMode::Wal)
                // What a mutation answered stays, also when the power fails in the next moment.
                .synchronous(SqliteSynchronous::Full)
                // Another process, such as an import, may be writing.
                .busy_timeout(Duration::from_secs(60))
                .foreign_keys(true)
                // What is deleted is written over: an erased person is not to be found in the file.
                .pragma("secure_delete", "on")
                .pragma("temp_store", "memory")
                .pragma("mmap_size", "1073741824")
                .pragma("cache_size", "-65536")
                // Rows come from a thread of their own: with the usual 50 it is woken and put to sleep all the time.
                .row_buffer_size(4_096)
                .statement_cache_capacity(200)
        });
    options
}

async fn postgres(url: &str) -> Result<Db, ConnectError> {
    // The URL may hold a password, and an error may hold the URL.
    let failed = |error: DbErr| {
        ConnectError(format!("PostgreSQL cannot be reached: {}", error.to_string().replace(url, "postgres://…")))
    };
    let reader = open(postgres_options(url, QUERY_LIMIT)).await.map_err(failed)?;
    let writer = open(postgres_options(url, CHANGE_LIMIT)).await.map_err(failed)?;
    Ok(Db { reader, writer })
}

fn postgres_options(url: &str, limit: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_LIMIT)
        .connect_timeout(ACQUIRE_LIMIT)
        // PostgreSQL may have ended it meanwhile, and the caller need not learn of that.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .sqlx_logging(false)
        .statement_timeout(limit)
        .map_sqlx_postgres_opts(|options| options.application_name("tessera"));
    options
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(|_| StatementCount::add_one());
    Ok(connection)
}
