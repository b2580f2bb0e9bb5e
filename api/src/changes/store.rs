//! The SQL of the log of changed facts.

use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

use super::{Change, Position};
use crate::db::{Txn, sql};
use crate::error::Fault;

fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

/// Writes a change.
pub(super) async fn write(txn: &Txn, members: Option<String>, at: i64) -> Result<(), Fault> {
    let xid = if is_postgres(txn) { "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)" } else { "0" };
    let text = format!("INSERT INTO change (xid, at, members) VALUES ({xid}, $1, $2)");
    txn.execute_raw(sql(txn, text, [at.into(), members.into()])).await?;
    Ok(())
}

/// What is committed, and cannot be preceded any more by what is not: transactions under way have larger numbers.
fn is_settled(db: &impl ConnectionTrait) -> &'static str {
    if is_postgres(db) { "xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)" } else { "TRUE" }
}

pub(super) async fn latest(db: &impl ConnectionTrait) -> Result<Position, Fault> {
    last(db, "TRUE").await
}

pub(super) async fn settled(db: &impl ConnectionTrait) -> Result<Position, Fault> {
    last(db, is_settled(db)).await
}

async fn last(db: &impl ConnectionTrait, condition: &str) -> Result<Position, Fault> {
    let text = format!("SELECT xid, id FROM change WHERE {condition} ORDER BY xid DESC, id DESC LIMIT 1");
    let row = db.query_one_raw(sql(db, text, [])).await?;
    let place = |row: sea_orm::QueryResult| -> Result<Position, Fault> {
        Ok(Position { xid: row.try_get("", "xid")?, id: row.try_get("", "id")? })
    };
    row.map_or(Ok(Position::default()), place)
}

#[derive(FromQueryResult)]
struct Row {
    xid: i64,
    id: i64,
    members: Option<String>,
}

impl Row {
    fn members(&self) -> Result<Option<Vec<MemberId>>, Fault> {
        Ok(self.members.as_deref().map(serde_json::from_str).transpose()?)
    }
}

pub(super) async fn after(db: &impl ConnectionTrait, position: Position, most: u64) -> Result<Vec<Change>, Fault> {
    let text = format!(
        "SELECT xid, id, members FROM change WHERE (xid, id) > ($1, $2) AND {} ORDER BY xid, id LIMIT {most}",
        is_settled(db)
    );
    let values = [position.xid.into(), position.id.into()];
    let rows = Row::find_by_statement(sql(db, text, values)).all(db).await?;
    let change = |row: Row| {
        let members = row.members()?;
        Ok(Change { position: Position { xid: row.xid, id: row.id }, members })
    };
    rows.into_iter().map(change).collect()
}

pub(super) async fn members_after(txn: &Txn, position: Position) -> Result<Option<Vec<MemberId>>, Fault> {
    let text = "SELECT xid, id, members FROM change WHERE (xid, id) > ($1, $2)";
    let values = [position.xid.into(), position.id.into()];
    let mut all = Vec::new();
    for row in Row::find_by_statement(sql(txn, text, values)).all(txn).await? {
        let Some(members) = row.members()? else { return Ok(None) };
        all.extend(members);
    }
    all.sort_unstable();
    all.dedup();
    Ok(Some(all))
}

pub(super) async fn forget(db: &impl ConnectionTrait, before: i64) -> Result<(), Fault> {
    // The last one stays: it says how far the log has come.
    let text = "DELETE FROM change WHERE at < $1 AND id < (SELECT MAX(id) FROM change)";
    db.execute_raw(sql(db, text, [before.into()])).await?;
    Ok(())
}
