//! No query on SQLite runs longer than the limit: PostgreSQL has a setting for that, SQLite asks a handler.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnection;

/// How many steps of SQLite's machine lie between two looks at the clock: a few microseconds.
const STEPS: i32 = 10_000;

/// Gives the connection so much time from now on; called each time a connection is taken from the pool.
pub(super) async fn set(connection: &mut SqliteConnection, limit: Duration) -> Result<(), sqlx::Error> {
    let until = Instant::now() + limit;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < until);
    Ok(())
}
