//! The SQL of analyses: the model, where the groups part, and how many members are in each.

use std::time::Duration;

use engine::groups::{ValueGroup, Worded};
use engine::insights::{Bounds, Note, ValueGroupFigures};
use engine::value::ValueModel;
use entity::ids::JobId;
use entity::job;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};

use super::JOB;
use super::passes::{Fitted, Grouped};
use super::plan::{Plan, Said};
use crate::db::{Txn, sql};
use crate::error::Fault;

/// An analysis as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct ModelRow {
    pub(super) fitted_at: i64,
    pub(super) as_of: String,
    pub(super) groups_on: String,
    time_zone: String,
    gross_margin: String,
    reward_cost_per_point: String,
    return_handling_cost: String,
    model: Option<String>,
    pub(super) refused: Option<String>,
    bounds: String,
    figures: String,
    pub(super) duration_ms: i64,
    pub(super) looked_at: i64,
    last_member: i64,
    last_transaction: i64,
}

/// In which form an analysis is kept: to be raised with every change of what its texts hold.
const FORM: i64 = 1;

/// How far a shop has come: the largest ids.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Reach {
    last_member: i64,
    last_transaction: i64,
}

/// Groups as they are kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct KeptGroups {
    pub(super) notes: Vec<String>,
    pub(super) groups: Vec<GroupFigures>,
}

/// A group of members by what they are worth. Amounts are in minor units.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct GroupFigures {
    /// Its word.
    group: String,
    /// How many.
    pub members: i64,
    /// Their share of all; none where there is nobody.
    pub share: Option<f64>,
    /// Their share of the net spending of the last 12 months; none where there is none.
    pub revenue_share: Option<f64>,
    /// The mean of their historic lifetime values; none without members.
    pub average_clv: Option<i64>,
    /// The mean of what is predicted of them; none where nothing is.
    pub average_predicted_clv: Option<i64>,
}

impl GroupFigures {
    /// Which group.
    pub fn group(&self) -> Option<ValueGroup> {
        Worded::of_word(&self.group)
    }
}

impl From<&ValueGroupFigures> for GroupFigures {
    fn from(figures: &ValueGroupFigures) -> Self {
        Self {
            group: figures.group.word().to_owned(),
            members: figures.members,
            share: figures.share,
            revenue_share: figures.revenue_share,
            average_clv: figures.average_clv,
            average_predicted_clv: figures.average_predicted_clv,
        }
    }
}

impl ModelRow {
    /// What was found, before it has landed.
    pub(super) fn new(plan: &Plan, fitted: &Fitted, grouped: &Grouped) -> Result<Self, Fault> {
        let Said { time_zone, gross_margin, reward_cost_per_point, return_handling_cost } = plan.said.clone();
        let refused = fitted.model.as_ref().err().map(ToString::to_string);
        let model = fitted.model.as_ref().ok();
        let mut notes: Vec<String> = grouped.analysis.notes.iter().map(Note::sentence).collect();
        notes.extend(refused.clone());
        notes.extend(model.into_iter().flat_map(|model| model.notes.iter().cloned()));
        let groups = KeptGroups { notes, groups: grouped.analysis.groups.iter().map(GroupFigures::from).collect() };
        Ok(Self {
            fitted_at: 0,
            as_of: plan.as_of.to_string(),
            groups_on: plan.groups_on.to_string(),
            time_zone,
            gross_margin,
            reward_cost_per_point,
            return_handling_cost,
            model: model.map(serde_json::to_string).transpose()?,
            refused,
            bounds: serde_json::to_string(&grouped.bounds)?,
            figures: serde_json::to_string(&groups)?,
            duration_ms: 0,
            looked_at: grouped.as_of,
            last_member: plan.reach.last_member,
            last_transaction: plan.reach.last_transaction,
        })
    }

    /// What the programme said of it.
    pub(super) fn said(&self) -> Said {
        Said {
            time_zone: self.time_zone.clone(),
            gross_margin: self.gross_margin.clone(),
            reward_cost_per_point: self.reward_cost_per_point.clone(),
            return_handling_cost: self.return_handling_cost.clone(),
        }
    }

    /// The model; none where there could be none.
    pub(super) fn model(&self) -> Result<Option<ValueModel>, Fault> {
        Ok(self.model.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// Where the groups part.
    pub(super) fn bounds(&self) -> Result<Bounds, Fault> {
        Ok(serde_json::from_str(&self.bounds)?)
    }

    /// How many members are in each.
    pub(super) fn groups(&self) -> Result<KeptGroups, Fault> {
        Ok(serde_json::from_str(&self.figures)?)
    }
}

/// The analysis that holds; none before the first, and where it is kept in another form.
pub(super) async fn latest(db: &impl ConnectionTrait) -> Result<Option<ModelRow>, Fault> {
    let text = "SELECT * FROM value_model WHERE id = (SELECT MAX(id) FROM value_model) AND form = $1";
    Ok(ModelRow::find_by_statement(sql(db, text, [FORM.into()])).one(db).await?)
}

/// How far the shop has come by now.
pub(super) async fn reach(db: &impl ConnectionTrait) -> Result<Reach, Fault> {
    let text = format!("SELECT {LAST_MEMBER} AS last_member, {LAST_TRANSACTION} AS last_transaction");
    let found = Reach::find_by_statement(sql(db, text, [])).one(db).await?;
    found.ok_or_else(|| Fault::new("the largest ids answered nothing"))
}

/// Each a look at the end of an index.
const LAST_MEMBER: &str = "(SELECT COALESCE(MAX(id), 0) FROM member)";
const LAST_TRANSACTION: &str = "(SELECT COALESCE(MAX(id), 0) FROM \"transaction\")";

/// The number of the newest analysis, in whatever form; none before the first.
pub(super) async fn latest_id(db: &impl ConnectionTrait) -> Result<Option<i64>, Fault> {
    let row = db.query_one_raw(sql(db, "SELECT MAX(id) AS id FROM value_model", [])).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?.flatten())
}

/// Writes an analysis that lands.
pub(super) async fn insert(txn: &Txn, row: &ModelRow, at: i64, took: Duration) -> Result<(), Fault> {
    let text = "INSERT INTO value_model (fitted_at, as_of, groups_on, time_zone, gross_margin, reward_cost_per_point,
            return_handling_cost, model, refused, bounds, figures, duration_ms, looked_at, last_member, last_transaction, form)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = [
        at.into(),
        row.as_of.as_str().into(),
        row.groups_on.as_str().into(),
        row.time_zone.as_str().into(),
        row.gross_margin.as_str().into(),
        row.reward_cost_per_point.as_str().into(),
        row.return_handling_cost.as_str().into(),
        row.model.as_deref().into(),
        row.refused.as_deref().into(),
        row.bounds.as_str().into(),
        row.figures.as_str().into(),
        i64::try_from(took.as_millis()).unwrap_or(i64::MAX).into(),
        row.looked_at.into(),
        row.last_member.into(),
        row.last_transaction.into(),
        FORM.into(),
    ];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// The day of the groups that hold; none before the first, and where the programme says something else by now than what they
/// were reckoned with.
pub(super) async fn groups_on(db: &impl ConnectionTrait) -> Result<Option<String>, Fault> {
    let text = "SELECT v.groups_on FROM value_model AS v JOIN program AS p ON p.time_zone = v.time_zone
            AND p.gross_margin = v.gross_margin AND p.decided_margin = v.gross_margin
            AND p.reward_cost_per_point = v.reward_cost_per_point AND p.return_handling_cost = v.return_handling_cost
        WHERE v.id = (SELECT MAX(id) FROM value_model) AND v.form = $1";
    let row = db.query_one_raw(sql(db, text, [FORM.into()])).await?;
    Ok(row.map(|row| row.try_get("", "groups_on")).transpose()?)
}

/// Whether the shop is another by more than a tenth than the newest analysis saw it, as one that is being set up. It rests
/// for a minute after each, and for twenty times as long as that took; `now` is of the real clock.
pub(super) async fn has_grown(db: &impl ConnectionTrait, now: i64) -> Result<bool, Fault> {
    let text = format!(
        "SELECT 1 FROM value_model AS v WHERE v.id = (SELECT MAX(id) FROM value_model)
            AND (ABS({LAST_MEMBER} - v.last_member) > v.last_member / 10
                OR ABS({LAST_TRANSACTION} - v.last_transaction) > v.last_transaction / 10)
            AND NOT EXISTS (SELECT 1 FROM job WHERE kind = $1 AND status = 'SUCCEEDED'
                AND finished_at > $2 - 60000 - 20 * v.duration_ms)"
    );
    Ok(db.query_one_raw(sql(db, text, [JOB.into(), now.into()])).await?.is_some())
}

/// A job that waits or is at work, and has not landed.
const OPEN: &str = "status IN ('QUEUED', 'RUNNING') AND (total IS NULL OR done < total)";

/// The job that waits or is at work; there is one at most.
pub(super) async fn open_job(txn: &Txn) -> Result<Option<job::Model>, Fault> {
    let text = format!("SELECT * FROM job WHERE kind = $1 AND {OPEN} ORDER BY id LIMIT 1");
    Ok(job::Model::find_by_statement(sql(txn, text, [JOB.into()])).one(txn).await?)
}

/// Changes what an open job is about; none where it has landed or is stopped by now.
pub(super) async fn ask_open(txn: &Txn, id: JobId, arguments: &str) -> Result<Option<job::Model>, Fault> {
    let text = format!("UPDATE job SET arguments = $2 WHERE id = $1 AND NOT cancelling AND {OPEN} RETURNING *");
    Ok(job::Model::find_by_statement(sql(txn, text, [id.0.into(), arguments.into()])).one(txn).await?)
}

/// Whether there is such a job, or one of these arguments failed or was stopped after an instant.
pub(super) async fn is_open_or_ended_after(txn: &Txn, arguments: &str, after: i64) -> Result<bool, Fault> {
    let text = "SELECT id FROM job WHERE kind = $1 AND (status IN ('QUEUED', 'RUNNING')
        OR (status IN ('FAILED', 'CANCELLED') AND arguments = $2 AND finished_at > $3)) LIMIT 1";
    Ok(txn.query_one_raw(sql(txn, text, [JOB.into(), arguments.into(), after.into()])).await?.is_some())
}
