//! The SQL of answers to surveys.

use engine::text::fold;
use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::FeedbackInput;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;
use crate::ingest::Named;

/// An answer to a survey.
#[derive(Clone, Debug, PartialEq, Serialize, FromQueryResult)]
pub(super) struct ResponseRow {
    pub(super) member_id: MemberId,
    pub(super) document: String,
    pub(super) survey: String,
    pub(super) survey_folded: String,
    pub(super) score: i64,
    pub(super) comment: Option<String>,
    pub(super) at: i64,
}

impl Named for ResponseRow {
    const WHAT: &'static str = "answer";

    fn name(&self) -> (MemberId, &str) {
        (self.member_id, &self.document)
    }
}

impl ResponseRow {
    pub(super) fn new(member: MemberId, row: &FeedbackInput) -> Self {
        Self {
            member_id: member,
            document: row.document.clone(),
            survey: row.survey.clone(),
            survey_folded: fold(&row.survey),
            score: row.score,
            comment: row.comment.clone(),
            at: row.at,
        }
    }
}

const RESPONSE: &[(&str, Column)] = &[
    ("member_id", Int),
    ("document", Text),
    ("survey", Text),
    ("survey_folded", Text),
    ("score", Int),
    ("comment", Text),
    ("at", Int),
];

/// What is recorded under the members and documents of some answers.
pub(super) async fn known(txn: &Txn, rows: impl Iterator<Item = &ResponseRow>) -> Result<Vec<ResponseRow>, Fault> {
    let rows: Vec<&ResponseRow> = rows.collect();
    let batch = Batch::new(&RESPONSE[..2], &rows);
    let text = format!(
        "SELECT DISTINCT f.member_id, f.document, f.survey, f.survey_folded, f.score, f.comment, f.at
        FROM {} JOIN feedback AS f ON f.member_id = batch.member_id AND f.document = batch.document",
        batch.table(txn, 1)
    );
    Ok(ResponseRow::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?)
}

/// Records answers and tells how many; those that another operation recorded meanwhile are not counted.
pub(super) async fn insert(txn: &Txn, rows: &[ResponseRow]) -> Result<usize, Fault> {
    let batch = Batch::new(RESPONSE, rows);
    let columns = RESPONSE.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let text = format!(
        "INSERT INTO feedback ({columns}) SELECT {columns} FROM {} WHERE TRUE
        ON CONFLICT (member_id, document) DO NOTHING",
        batch.table(txn, 1)
    );
    let done = txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// A survey that members have answered.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Survey {
    /// As the latest answer spells it.
    pub key: String,
    /// How many answers there are.
    pub responses: i64,
    /// When the latest was given.
    pub last_at: i64,
}

/// The surveys that were answered, by their folded keys.
pub(super) async fn surveys(db: &impl ConnectionTrait) -> Result<Vec<Survey>, Fault> {
    // The index alone is read, and one row of each survey.
    let text = "SELECT s.responses, s.last_at,
            (SELECT f.survey FROM feedback AS f WHERE f.survey_folded = s.survey_folded ORDER BY f.at DESC, f.id DESC LIMIT 1) AS key
        FROM (SELECT survey_folded, COUNT(*) AS responses, MAX(at) AS last_at FROM feedback GROUP BY survey_folded) AS s
        ORDER BY s.survey_folded";
    Ok(Survey::find_by_statement(sql(db, text, [])).all(db).await?)
}
