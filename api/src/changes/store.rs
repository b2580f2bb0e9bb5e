//! The SQL of the log of changed facts.

use entity::ids::{CampaignId, MemberId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};

use super::{Committed, Horizon, Position, Touched};
use crate::db::{List, Txn, sql};
use crate::error::Fault;

fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

/// What stands in the place of the members where it is what analyses keep of anybody.
pub(super) const VALUES: &str = "\"VALUES\"";
/// What stands there otherwise.
#[derive(Deserialize)]
#[serde(untagged)]
enum Noted {
    Members(Vec<MemberId>),
    Parts(Parts),
}

/// What stands there where it is parts in a campaign.
#[derive(Deserialize, Serialize)]
pub(super) struct Parts {
    pub(super) campaign: CampaignId,
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

pub(super) async fn committed_after(
    db: &impl ConnectionTrait,
    after: Position,
    most: usize,
) -> Result<Vec<Committed>, Fault> {
    let text = format!(
        "SELECT xid, id, {} AS settled FROM change WHERE (xid, id) > ($1, $2) ORDER BY xid, id LIMIT {most}",
        is_settled(db)
    );
    let rows = db.query_all_raw(sql(db, text, [after.xid.into(), after.id.into()])).await?;
    let committed = |row: &QueryResult| {
        let position = Position { xid: row.try_get_by_index(0)?, id: row.try_get_by_index(1)? };
        Ok(Committed { position, settled: row.try_get_by_index(2)? })
    };
    Ok(rows.iter().map(committed).collect::<Result<_, DbErr>>()?)
}

#[derive(FromQueryResult)]
struct Row {
    members: Option<String>,
}

/// What is committed at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since {
    /// How many changes there are after the place that was asked for.
    pub(super) since: i64,
    /// Nothing can come before it any more.
    pub(super) settled: Position,
    /// How many there are after that.
    pub(super) behind: i64,
    /// The last one's id; 0 where there is none.
    pub(super) last: i64,
}

pub(super) async fn since(db: &impl ConnectionTrait, place: Position) -> Result<Since, Fault> {
    let text = format!(
        "SELECT (SELECT COUNT(*) FROM change WHERE (xid, id) > ($1, $2)) AS since, o.xid, o.id,
            (SELECT COUNT(*) FROM change WHERE (xid, id) > (o.xid, o.id)) AS behind,
            COALESCE((SELECT id FROM change ORDER BY xid DESC, id DESC LIMIT 1), 0) AS last
        FROM (SELECT COALESCE(MAX(s.xid), 0) AS xid, COALESCE(MAX(s.id), 0) AS id
            FROM (SELECT xid, id FROM change WHERE {} ORDER BY xid DESC, id DESC LIMIT 1) AS s) AS o",
        is_settled(db)
    );
    let row = db.query_one_raw(sql(db, text, [place.xid.into(), place.id.into()])).await?;
    let row = row.ok_or_else(|| Fault::new("the log of changes answered nothing"))?;
    let number = |place: usize| row.try_get_by_index::<i64>(place);
    let settled = Position { xid: number(1)?, id: number(2)? };
    Ok(Since { since: number(0)?, settled, behind: number(3)?, last: number(4)? })
}

pub(super) async fn touched_by(db: &impl ConnectionTrait, at: &[Position]) -> Result<Touched, Fault> {
    let ids = List::ids(at.iter().map(|position| position.id));
    let text = format!("SELECT members FROM change WHERE id IN (SELECT id FROM {})", ids.table(db, 1));
    Ok(of(Row::find_by_statement(sql(db, text, [ids.value(db)?])).all(db).await?))
}

pub(super) async fn touched_after(txn: &Txn, seen: &Horizon) -> Result<Touched, Fault> {
    let Horizon { position: Position { xid, id }, ahead } = seen;
    let text = "SELECT xid, id, members FROM change WHERE (xid, id) > ($1, $2)";
    let rows = txn.query_all_raw(sql(txn, text, [(*xid).into(), (*id).into()])).await?;
    let mut unseen = Vec::with_capacity(rows.len());
    for row in rows {
        let position = Position { xid: row.try_get_by_index(0)?, id: row.try_get_by_index(1)? };
        if !ahead.contains(&position) {
            unseen.push(Row { members: row.try_get_by_index(2)? });
        }
    }
    Ok(of(unseen))
}

/// Whose facts the rows name together.
fn of(rows: Vec<Row>) -> Touched {
    let mut touched = Touched::default();
    for row in rows {
        match row.members.as_deref() {
            None => touched.everybody = true,
            Some(VALUES) => touched.values = true,
            Some(noted) => match serde_json::from_str(noted) {
                Ok(Noted::Members(members)) => touched.members.extend(members),
                Ok(Noted::Parts(Parts { campaign })) => touched.campaigns.push(campaign),
                // Of another version.
                Err(_) => touched.everybody = true,
            },
        }
    }
    touched.members.sort_unstable();
    touched.members.dedup();
    touched.campaigns.sort_unstable();
    touched.campaigns.dedup();
    touched
}

pub(super) async fn forget(db: &impl ConnectionTrait, before: i64) -> Result<(), Fault> {
    // The last one stays: it says how far the log has come.
    let text = "DELETE FROM change WHERE at < $1 AND id < (SELECT MAX(id) FROM change)";
    db.execute_raw(sql(db, text, [before.into()])).await?;
    Ok(())
}
