//! The database: connections, transactions, and what differs between SQLite and PostgreSQL.

mod aside;
mod batch;
mod connect;
mod constraint;
mod count;
mod cursor;
mod deadline;
pub mod filter;
mod list;
mod listen;
pub mod page;
mod row;
mod statements;
mod sweep;
mod together;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value,
};

pub use aside::{postgres_aside, rusqlite_fault, sqlite_aside, sqlite_file, sqlx_fault};
pub use batch::{Batch, Column};
pub use connect::{ConnectError, connect};
pub use constraint::violated;
pub use list::List;
pub use listen::{listen, notify};
pub(crate) use row::row_by_place;
pub use statements::{STATEMENTS, StatementCount};
pub use sweep::{empty_log, vacuum};
pub use together::{concatenated, ids_of};

use crate::error::{Fault, FaultKind, Stop};

/// The transaction of one operation.
pub type Txn = DatabaseTransaction;

/// A pool for reading and one for writing. On SQLite the writer is a single connection.
#[derive(Clone, Debug)]
pub struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Db {
    /// Where queries read.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Where migrations run.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Begins the transaction of an operation; without `commit` it is rolled back.
    pub async fn begin(&self) -> Result<Txn, DbErr> {
        let mut left = connect::POSTGRES_CONNECTIONS;
        loop {
            match self.try_begin().await {
                // PostgreSQL ended the connection, perhaps all of them, since it was last used. Nothing was done on it yet.
                Err(error @ DbErr::Query(_)) if left > 0 && self.is_stale(&error) => left -= 1,
                outcome => return outcome,
            }
        }
    }

    /// Begins a transaction that reads several things as they are at one moment; it ends when it is dropped.
    pub async fn begin_reading(&self) -> Result<Txn, DbErr> {
        // On SQLite every transaction sees one moment.
        let isolation_level = Some(IsolationLevel::RepeatableRead).filter(|_| self.backend() == DbBackend::Postgres);
        self.reader.begin_with_options(TransactionOptions { isolation_level, ..TransactionOptions::default() }).await
    }

    fn is_stale(&self, error: &DbErr) -> bool {
        self.backend() == DbBackend::Postgres && fault_kind(error) == FaultKind::Unavailable
    }

    async fn try_begin(&self) -> Result<Txn, DbErr> {
        let immediate = Some(SqliteTransactionMode::Immediate).filter(|_| self.backend() == DbBackend::Sqlite);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        self.writer.begin_with_options(options).await
    }

    /// Closes the connections, after what is under way.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.reader.clone().close().await?;
        self.writer.clone().close().await
    }
}

/// On PostgreSQL, a transaction that only one process can hold: two that start at once migrate one after the other.
/// SQLite has one writer anyway.
pub async fn alone(db: &Db) -> Result<Option<Txn>, DbErr> {
    if db.backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let txn = db.begin().await?;
    lock(&txn, Lock::Migration).await?;
    Ok(Some(txn))
}

/// What only one transaction at a time may do on PostgreSQL; SQLite has one writer anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Bring the tables up to date.
    Migration = 7_301_001,
    /// Record returns beside their sales; batches without returns go side by side.
    Books = 7_301_002,
    /// Move the sums of members, together with others who do, or keep all of them as they are, alone.
    Figures = 7_301_004,
    /// Touch what rules look at, and decide who belongs, together with others who do, or apply another rule, alone.
    RuleSet = 7_301_005,
    /// Write the log of memberships: its instants rise with its ids, and it is read in the order of its commits.
    MembershipLog = 7_301_003,
    /// Ask for the value model to be fitted: one is at a time.
    ValueModel = 7_301_006,
    /// Take away what is kept of a person's value, together with others who do, or write what is kept of everybody's, alone.
    MemberValues = 7_301_007,
}

/// Waits until no other transaction holds the lock, and holds it until the transaction ends.
pub async fn lock(txn: &Txn, lock: Lock) -> Result<(), DbErr> {
    locked_by(txn, "pg_advisory_xact_lock", lock).await
}

/// The same together with others who share it.
pub async fn lock_shared(txn: &Txn, lock: Lock) -> Result<(), DbErr> {
    locked_by(txn, "pg_advisory_xact_lock_shared", lock).await
}

async fn locked_by(txn: &Txn, function: &str, lock: Lock) -> Result<(), DbErr> {
    if txn.get_database_backend() == DbBackend::Postgres {
        txn.execute_raw(sql(txn, format!("SELECT {function}($1)"), [(lock as i64).into()])).await?;
    }
    Ok(())
}

/// How often an operation is tried that the database gave up for another one's sake.
const TRIES: usize = 6;

/// Runs an operation, again where the database broke a deadlock or a serialization conflict by ending it.
pub async fn retry<T, F>(operation: impl Fn() -> F) -> Result<T, Stop>
where
    F: Future<Output = Result<T, Stop>>,
{
    let mut tries = 1;
    loop {
        match operation().await {
            Err(Stop::Fault(fault)) if fault.kind == FaultKind::Conflict && tries < TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}

/// A statement of our own SQL. `$1`, `$2` … stand for the values on both databases.
pub fn sql(db: &impl ConnectionTrait, text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), text.into(), values)
}

/// The clause that locks the rows read; SQLite has one writer and needs none.
pub fn for_update(db: &impl ConnectionTrait) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" }
}

/// The clause that keeps the rows read from changing; SQLite has one writer and needs none.
pub fn for_share(db: &impl ConnectionTrait) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { " FOR SHARE" } else { "" }
}

/// The clause that keeps the rows read from being removed; SQLite has one writer and needs none.
pub fn for_key_share(db: &impl ConnectionTrait) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { " FOR KEY SHARE" } else { "" }
}

/// The clause that locks the rows read for a change of anything but their keys; SQLite has one writer and needs none.
pub fn for_no_key_update(db: &impl ConnectionTrait) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { " FOR NO KEY UPDATE" } else { "" }
}

/// What a database error means to the caller.
pub fn fault_kind(error: &DbErr) -> FaultKind {
    if constraint::is_connection_lost(error) {
        return FaultKind::Unavailable;
    }
    match constraint::sql_state(error).as_deref() {
        // PostgreSQL: a serialization conflict, a deadlock.
        Some("40001" | "40P01") => FaultKind::Conflict,
        // PostgreSQL: stopped by its time limit; SQLite: interrupted by ours.
        Some("57014" | "9") => FaultKind::Timeout,
        // PostgreSQL shuts down or starts up; SQLite's file is locked by another process for too long.
        Some("57P01" | "57P02" | "57P03" | "5" | "261" | "517") => FaultKind::Unavailable,
        // PostgreSQL: a full disk; SQLite: the same, also where its shared memory cannot grow, and a quota or a limit of the
        // file's size, which it tells as a write that failed.
        Some("53100" | "13" | "778" | "4874") => FaultKind::NoRoom,
        _ => FaultKind::Internal,
    }
}

/// The fault of an operation that met another one and must be tried again.
pub fn raced(what: &str) -> Fault {
    Fault::of(FaultKind::Conflict, format!("{what} at the same time as another operation"))
}
