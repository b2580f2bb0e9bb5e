//! The same work by hand-written, set-based SQL: as few statements as can be, in one transaction.

mod postgres;
mod sqlite;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::args::Kind;
use crate::scene::Scene;
use crate::shop::{LAST_12_MONTHS, NOW, OWNER, TODAY};

/// A segment as the log names it.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    id: i64,
    key: String,
    name: String,
}

impl Segment {
    /// The segment of a key.
    pub(crate) async fn of_key(scene: &Scene<'_>, key: &str) -> Result<Self> {
        let data =
            scene.data("query($key: String!) { segment(ref: {key: $key}) { id name } }", &json!({"key": key})).await?;
        let text = |field: &str| data["segment"][field].as_str().map(str::to_owned).context("no segment");
        // Ids are opaque to everybody else; this is an insider.
        let id = String::from_utf8(URL_SAFE_NO_PAD.decode(text("id")?)?)?;
        let id = id.strip_prefix("segment:").context("no id of a segment")?.parse()?;
        Ok(Self { id, key: key.to_owned(), name: text("name")? })
    }

    /// Puts the segment, and what belongs to every change, into a text.
    fn fill(&self, text: &str) -> String {
        fill(text)
            .replace("{segment}", &self.id.to_string())
            .replace("{key}", &format!("'{}'", self.key))
            .replace("{name}", &format!("'{}'", self.name))
    }

    /// The same for a text that looks at another segment.
    fn fill_like(&self, text: &str, like: &Self) -> String {
        self.fill(text).replace("{like}", &like.id.to_string())
    }
}

fn fill(text: &str) -> String {
    text.replace("{now}", &NOW.to_string())
        .replace("{today}", &format!("'{TODAY}'"))
        .replace("{owner}", &format!("'{OWNER}'"))
        .replace("{since}", &LAST_12_MONTHS.to_string())
        .replace("{averages}", &averages())
        .replace("{moved}", MOVED)
        .replace("{day_averages}", DAY_AVERAGES)
}

/// The averages that follow from the new sums `n`.
fn averages() -> String {
    let average_transactions = "CASE WHEN n.members > 0 THEN CAST(n.transactions AS DOUBLE PRECISION) / n.members END";
    format!(
        "average_transaction_value = {}, average_transactions = {average_transactions}, average_spending = {},
        average_clv = {}",
        quotient("n.spending", "n.transactions"),
        quotient("n.spending_12m", "n.members"),
        quotient("n.spending", "n.members"),
    )
}

/// A quotient of whole numbers, rounded half to even.
fn quotient(of: &str, by: &str) -> String {
    let (twice, up) = (format!("(2 * {of} + {by})"), format!("(2 * {of} + {by}) / (2 * {by})"));
    format!("CASE WHEN {by} > 0 THEN {up} - CASE WHEN {twice} % (2 * {by}) = 0 AND {up} % 2 <> 0 THEN 1 ELSE 0 END END")
}

/// What a day that is there already takes from the one that was to be written.
const DAY_AVERAGES: &str = "members = excluded.members, joiners = segment_day.joiners + excluded.joiners,
    leavers = segment_day.leavers + excluded.leavers,
    average_transaction_value = excluded.average_transaction_value, average_spending = excluded.average_spending,
    average_clv = excluded.average_clv";

/// Assigns members to a segment: memberships, log, sums with averages, and the day.
pub(crate) async fn assign(scene: &Scene<'_>, segment: &Segment, numbers: &[String]) -> Result<()> {
    match scene.stage.kind {
        Kind::Postgres => postgres::assign(scene, segment, numbers).await,
        Kind::Sqlite => sqlite::assign(scene.file(), segment, &Value::from(numbers).to_string()),
    }
}

/// A partner's push to a segment of its own: the same, who was pushed when, and the receipt.
pub(crate) async fn push(scene: &Scene<'_>, segment: &Segment, key: &str, numbers: &[String]) -> Result<()> {
    postgres::push(scene, segment, key, numbers).await
}

/// Lets the members of a segment have come an instant before they did.
pub(crate) fn age(scene: &Scene<'_>, segment: &Segment) -> Result<()> {
    match scene.stage.kind {
        Kind::Postgres => postgres::age(scene, segment),
        Kind::Sqlite => sqlite::age(scene.file(), segment),
    }
}

/// Loads who is to come to a segment and to go, so that it has the members of another, into a table of their own; answers
/// how many.
pub(crate) fn stage_moves(scene: &Scene<'_>, like: &Segment, segment: &Segment) -> Result<u64> {
    match scene.stage.kind {
        Kind::Postgres => postgres::stage_moves(scene, &segment.fill_like(MOVES, like)),
        Kind::Sqlite => sqlite::stage_moves(scene.file(), &segment.fill_like(MOVES, like)),
    }
}

/// Writes the loaded comings and goings: memberships, stays, log, sums with averages, and the day.
pub(crate) async fn evaluate(scene: &Scene<'_>, segment: &Segment) -> Result<()> {
    match scene.stage.kind {
        Kind::Postgres => postgres::evaluate(scene, segment).await,
        Kind::Sqlite => sqlite::evaluate(scene.file(), segment),
    }
}

/// The members of one segment alone come, those of the other alone go.
const MOVES: &str = "
    SELECT member_id, 'JOINED' AS kind, 1 AS sign FROM segment_member AS b WHERE segment_id = {like} AND NOT EXISTS
        (SELECT 1 FROM segment_member AS o WHERE o.segment_id = {segment} AND o.member_id = b.member_id)
    UNION ALL
    SELECT member_id, 'LEFT', -1 FROM segment_member AS b WHERE segment_id = {segment} AND NOT EXISTS
        (SELECT 1 FROM segment_member AS o WHERE o.segment_id = {like} AND o.member_id = b.member_id)";

/// What the loaded comings and goings move the sums of a segment by.
const MOVED: &str = "
    SELECT SUM(v.sign) AS members, SUM(CASE WHEN m.marketing_consent THEN v.sign ELSE 0 END) AS reachable,
        CAST(SUM(v.sign * k.transactions) AS BIGINT) AS transactions, CAST(SUM(v.sign * k.spending) AS BIGINT) AS spending,
        CAST(SUM(v.sign * k.spending_12m) AS BIGINT) AS spending_12m,
        SUM(CASE WHEN v.sign > 0 THEN 1 ELSE 0 END) AS joiners, SUM(CASE WHEN v.sign < 0 THEN 1 ELSE 0 END) AS leavers
    FROM bench_moves AS v JOIN member AS m ON m.id = v.member_id JOIN member_metrics AS k ON k.member_id = v.member_id";

/// Loads the rows of a file of transactions into a table of their own.
pub(crate) fn stage(scene: &Scene<'_>, rows: &[Sale]) -> Result<()> {
    match scene.stage.kind {
        Kind::Postgres => postgres::stage(scene, rows),
        Kind::Sqlite => sqlite::stage(scene.file(), rows),
    }
}

/// Writes the loaded rows: transactions, sums of members, sums with averages of segments, and the day.
pub(crate) async fn import(scene: &Scene<'_>, source: &str) -> Result<()> {
    match scene.stage.kind {
        Kind::Postgres => postgres::import(scene, source).await,
        Kind::Sqlite => sqlite::import(scene.file(), source),
    }
}

/// A row of a file of transactions.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) document: String,
    pub(crate) member: String,
    pub(crate) at: i64,
    pub(crate) amount: i64,
}
