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

fn database_error(error: &DbErr) -> Option<&dyn sea_orm::sqlx::error::DatabaseError> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    match error.as_ref() {
        SqlxError::Database(error) => Some(error.as_ref()),
        _ => None,
    }
}
