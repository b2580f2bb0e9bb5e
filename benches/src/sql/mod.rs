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
}

fn fill(text: &str) -> String {
    text.replace("{now}", &NOW.to_string())
        .replace("{today}", &format!("'{TODAY}'"))
        .replace("{owner}", &format!("'{OWNER}'"))
        .replace("{since}", &LAST_12_MONTHS.to_string())
        .replace("{averages}", &averages())
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
