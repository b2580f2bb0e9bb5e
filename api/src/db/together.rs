//! Many ids in one row, as one text: a row each would take several times as long to carry.

use sea_orm::{ConnectionTrait, DbBackend};

/// The expression of all ids of a group.
pub fn concatenated(db: &impl ConnectionTrait, column: &str) -> String {
    match db.get_database_backend() {
        DbBackend::Postgres => format!("STRING_AGG(CAST({column} AS TEXT), ',')"),
        _ => format!("GROUP_CONCAT({column}, ',')"),
    }
}

/// The ids of such a text, in no order.
pub fn ids_of(text: &str) -> impl Iterator<Item = i64> {
    text.split(',').filter_map(|id| id.parse().ok())
}
