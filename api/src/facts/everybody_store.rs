//! The SQL of going over everybody.

use sea_orm::ConnectionTrait;

use crate::db::sql;
use crate::error::Fault;

/// The last of the next members after an id, so many at most; none where nobody follows.
pub(super) async fn last_of(db: &impl ConnectionTrait, after: i64, most: i64) -> Result<Option<i64>, Fault> {
    let text = "SELECT MAX(id) AS id FROM (SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2) AS next";
    let row = db.query_one_raw(sql(db, text, [after.into(), most.into()])).await?;
    Ok(row.map(|row| row.try_get::<Option<i64>>("", "id")).transpose()?.flatten())
}
