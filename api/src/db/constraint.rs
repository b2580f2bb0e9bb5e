//! Violated constraints by name, to be turned into refusals where the statement stands.

use sea_orm::{DbErr, RuntimeErr, sqlx::Error as SqlxError};

/// Whether the error is the violation of the unique constraint `name`.
///
/// SQLite does not tell the constraint's name but its columns, so both are given: `("segment_key_unique",
/// "segment.key")`.
pub fn violated(error: &DbErr, (name, columns): (&str, &str)) -> bool {
    let Some(error) = database_error(error) else { return false };
    error.constraint() == Some(name)
        || error.message().strip_prefix("UNIQUE constraint failed: ").is_some_and(|failed| failed == columns)
}

/// The database's own code of an error.
pub(super) fn sql_state(error: &DbErr) -> Option<String> {
    database_error(error)?.code().map(|code| code.into_owned())
}

/// Whether the database could not be reached, or went away in the middle.
pub(super) fn is_connection_lost(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
        || matches!(
            sqlx_error(error),
            Some(SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed)
        )
}

fn database_error(error: &DbErr) -> Option<&dyn sea_orm::sqlx::error::DatabaseError> {
    match sqlx_error(error)? {
        SqlxError::Database(error) => Some(error.as_ref()),
        _ => None,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
