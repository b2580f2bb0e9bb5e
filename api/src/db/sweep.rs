//! Takes out of the files what is deleted in the tables.

use sea_orm::{ConnectionTrait, DbBackend};

use super::{Db, sql};
use crate::error::Fault;

/// Moves everything from SQLite's log of writes into its file, and empties the log; false where somebody still reads what
/// was there before. PostgreSQL keeps its own log.
pub async fn empty_log(db: &Db) -> Result<bool, Fault> {
    if db.backend() != DbBackend::Sqlite {
        return Ok(true);
    }
    let row = db.writer().query_one_raw(sql(db.writer(), "PRAGMA wal_checkpoint(TRUNCATE)", [])).await?;
    let row = row.ok_or_else(|| Fault::new("SQLite did not say whether it emptied its log"))?;
    Ok(row.try_get_by_index::<i64>(0)? == 0)
}

/// Lets PostgreSQL take dead rows out of tables.
pub async fn vacuum(db: &Db, tables: &[&str]) -> Result<(), Fault> {
    // Each by itself: together they would be one transaction's worth of waiting.
    for table in tables {
        db.writer().execute_unprepared(&format!("VACUUM {table}")).await?;
    }
    Ok(())
}
