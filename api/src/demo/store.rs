//! The SQL of the demo: how far it has come, what it holds, and how it is found again.

use entity::campaign;
use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::plan::{PREFIX, Plan, SOURCE};
use crate::db::{Txn, sql};
use crate::error::Fault;

/// How far the demo has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) plan: Plan,
    /// Units that are written.
    pub(super) position: u32,
    /// Whether it is all there.
    pub(super) finished: bool,
    /// Whether it is being taken away.
    pub(super) leaving: bool,
}

#[derive(FromQueryResult)]
struct CourseRow {
    file: String,
    position: i64,
    finished_at: Option<i64>,
}

/// What the demo's row in the table of imports is called: there is one demo a database.
const NAME: &str = "demo";
/// The position of a demo that is being taken away.
const LEAVING: i64 = -1;

/// How far the demo has come; none where there is no demo.
pub(super) async fn course(db: &impl ConnectionTrait) -> Result<Option<Course>, Fault> {
    let text = "SELECT file, position, finished_at FROM import WHERE fingerprint = $1";
    let Some(row) = CourseRow::find_by_statement(sql(db, text, [NAME.into()])).one(db).await? else {
        return Ok(None);
    };
    Ok(Some(Course {
        plan: serde_json::from_str(&row.file)?,
        position: u32::try_from(row.position).unwrap_or(0),
        finished: row.finished_at.is_some(),
        leaving: row.position == LEAVING,
    }))
}

/// Notes that a demo begins; false where another one began at the same time.
pub(super) async fn begin(db: &impl ConnectionTrait, plan: &Plan, now: i64) -> Result<bool, Fault> {
    let text = "INSERT INTO import (fingerprint, kind, file, position, created, updated, duplicates, rejected,
            rejects_bytes, started_at)
        VALUES ($1, 'demo', $2, 0, 0, 0, 0, 0, 0, $3) ON CONFLICT (fingerprint) DO NOTHING";
    let plan = serde_json::to_string(plan)?;
    let done = db.execute_raw(sql(db, text, [NAME.into(), plan.into(), now.into()])).await?;
    Ok(done.rows_affected() == 1)
}

/// Moves on, in the transaction of the units; false where another process did so, or took the demo away.
pub(super) async fn advance(txn: &Txn, from: u32, to: u32, rows: usize) -> Result<bool, Fault> {
    let text = "UPDATE import SET position = $3, created = created + $4
        WHERE fingerprint = $1 AND position = $2 AND finished_at IS NULL";
    let rows = i64::try_from(rows).unwrap_or(0);
    let values: [Value; 4] = [NAME.into(), i64::from(from).into(), i64::from(to).into(), rows.into()];
    Ok(txn.execute_raw(sql(txn, text, values)).await?.rows_affected() == 1)
}

/// Notes that the demo is all there.
pub(super) async fn finish(db: &impl ConnectionTrait, now: i64) -> Result<(), Fault> {
    let text = "UPDATE import SET finished_at = $2 WHERE fingerprint = $1";
    db.execute_raw(sql(db, text, [NAME.into(), now.into()])).await?;
    Ok(())
}

/// Notes that the demo is being taken away: nobody adds to it any more.
pub(super) async fn leave(db: &impl ConnectionTrait) -> Result<(), Fault> {
    let text = "UPDATE import SET position = $2, finished_at = NULL WHERE fingerprint = $1";
    db.execute_raw(sql(db, text, [NAME.into(), LEAVING.into()])).await?;
    Ok(())
}

/// Forgets that there was a demo.
pub(super) async fn forget(db: &impl ConnectionTrait) -> Result<(), Fault> {
    db.execute_raw(sql(db, "DELETE FROM import WHERE fingerprint = $1", [NAME.into()])).await?;
    Ok(())
}

/// Whether somebody else's members or documents have names that the demo's would have.
pub(super) async fn names_taken(db: &impl ConnectionTrait) -> Result<bool, Fault> {
    let member = exists(db, "SELECT 1 FROM member WHERE number >= $1 AND number < $2", names().to_vec()).await?;
    let text = "SELECT 1 FROM \"transaction\" WHERE source = $1 AND document >= $2 AND document < $3";
    let [from, until] = names();
    Ok(member || exists(db, text, vec![SOURCE.into(), from, until]).await?)
}

/// Whether anybody has been made who may sign in, or any member: then this is no first start.
pub(super) async fn used(db: &impl ConnectionTrait) -> Result<bool, Fault> {
    Ok(exists(db, "SELECT 1 FROM \"user\"", Vec::new()).await?
        || exists(db, "SELECT 1 FROM member", Vec::new()).await?)
}

async fn exists(db: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Result<bool, Fault> {
    Ok(db.query_one_raw(sql(db, format!("{text} LIMIT 1"), values)).await?.is_some())
}

/// The bounds of names that begin with the prefix: the full stop follows the hyphen.
pub(super) fn names() -> [Value; 2] {
    [PREFIX.into(), "demo.".into()]
}

/// What the demo holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Holdings {
    pub(super) members: i64,
    pub(super) guests: i64,
    pub(super) sales: i64,
    pub(super) returns: i64,
    pub(super) anonymous: i64,
    pub(super) lines: i64,
    pub(super) points: i64,
    pub(super) feedback: i64,
    pub(super) segments: i64,
}

/// Counts what the demo holds.
pub(super) async fn holdings(db: &impl ConnectionTrait) -> Result<Holdings, Fault> {
    let member = "FROM member AS m WHERE m.number >= $1 AND m.number < $2";
    let document = "FROM \"transaction\" AS t WHERE t.source = $3 AND t.document >= $1 AND t.document < $2";
    let text = format!(
        "SELECT (SELECT COUNT(*) {member}) AS members,
            (SELECT COUNT(*) {member} AND m.enrolled_at IS NULL) AS guests,
            (SELECT COUNT(*) {document} AND t.kind = 'SALE') AS sales,
            (SELECT COUNT(*) {document} AND t.kind = 'RETURN') AS returns,
            (SELECT COUNT(*) {document} AND t.kind = 'SALE' AND t.member_id IS NULL) AS anonymous,
            (SELECT COUNT(*) FROM transaction_item WHERE transaction_id IN (SELECT t.id {document})) AS lines,
            (SELECT COUNT(*) FROM points_entry WHERE member_id IN (SELECT m.id {member})
                AND document >= $1 AND document < $2) AS points,
            (SELECT COUNT(*) FROM feedback WHERE member_id IN (SELECT m.id {member})
                AND document >= $1 AND document < $2) AS feedback,
            (SELECT COUNT(*) FROM segment WHERE created_by = $3 AND key >= $1 AND key < $2) AS segments"
    );
    let [from, until] = names();
    let found = Holdings::find_by_statement(sql(db, text, [from, until, SOURCE.into()])).one(db).await?;
    Ok(found.unwrap_or_default())
}

/// The demo's campaign, where it is there.
pub(super) async fn campaign(db: &impl ConnectionTrait) -> Result<Option<campaign::Model>, Fault> {
    let text = "SELECT * FROM campaign WHERE created_by = $1 ORDER BY id LIMIT 1";
    Ok(campaign::Model::find_by_statement(sql(db, text, [SOURCE.into()])).one(db).await?)
}

/// Which of the demo's members belong to one of its segments.
pub(super) enum Pick {
    /// Whoever used a promotion.
    Promotion(String),
    /// The ones in the programme who spent most.
    Spenders,
    /// One in ten of those in the programme who may be contacted.
    Tenth,
    /// Those in a city who may be contacted; its name is folded.
    City(&'static str),
    /// Buyers of a category, three times or more.
    Lovers(&'static str),
    /// Regular buyers whose last purchase lies before an instant, and who may be contacted.
    Silent(i64),
    /// Those of two tiers.
    Tiers([&'static str; 2]),
}

#[derive(FromQueryResult)]
struct Picked {
    id: MemberId,
}

/// Members of the demo, at most so many.
pub(super) async fn pick(db: &impl ConnectionTrait, pick: &Pick, most: u32) -> Result<Vec<MemberId>, Fault> {
    let (condition, order, own): (_, _, Vec<Value>) = match pick {
        Pick::Promotion(name) => (
            "m.id IN (SELECT t.member_id FROM \"transaction\" AS t WHERE t.source = 'demo' AND t.labels LIKE $3)",
            "m.number",
            vec![format!("%\"{name}\"%").into()],
        ),
        Pick::Spenders => ("m.enrolled_at IS NOT NULL", "k.spending DESC", Vec::new()),
        Pick::Tenth => ("m.enrolled_at IS NOT NULL AND m.marketing_consent AND m.number LIKE '%7'", "m.number", Vec::new()),
        Pick::City(city) => ("m.city_folded = $3 AND m.marketing_consent", "m.number", vec![(*city).into()]),
        Pick::Lovers(category) => (
            "m.id IN (SELECT t.member_id FROM transaction_item AS i JOIN \"transaction\" AS t ON t.id = i.transaction_id
                WHERE i.category = $3 AND t.purchase AND t.source = 'demo'
                GROUP BY t.member_id HAVING COUNT(DISTINCT t.id) >= 3)",
            "m.number",
            vec![(*category).into()],
        ),
        Pick::Silent(before) => {
            let condition = "k.transactions >= 3 AND k.last_purchase_at < $3 AND m.marketing_consent";
            (condition, "k.spending DESC", vec![(*before).into()])
        }
        Pick::Tiers([one, other]) => ("m.tier IN ($3, $4)", "m.number", vec![(*one).into(), (*other).into()]),
    };
    let text = format!(
        "SELECT m.id FROM member AS m JOIN member_metrics AS k ON k.member_id = m.id
        WHERE m.number >= $1 AND m.number < $2 AND {condition} ORDER BY {order}, m.id LIMIT {most}"
    );
    let values = names().into_iter().chain(own);
    let picked = Picked::find_by_statement(sql(db, text, values)).all(db).await?;
    Ok(picked.into_iter().map(|row| row.id).collect())
}
