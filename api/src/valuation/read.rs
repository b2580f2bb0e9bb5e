//! What was worked out is shown: the model, the groups, and what is kept of members.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use engine::calendar::Millis;
use engine::facts::Dictionary;
use engine::insights::{ByMember, Multiple, Rhythm, ValueBreakdown};
use engine::value::ValueModel;
use entity::ids::MemberId;

use super::cost_store::campaign_costs_of;
use super::member::MemberFigures;
use super::member_store;
use super::passes::{MULTIPLE, VALUES};
use super::plan::Said;
use super::store::{self, GroupFigures, ModelRow};
use crate::app::App;
use crate::error::Fault;
use crate::facts::{self, Needs, Whose};
use crate::members::{self, MemberRef};

/// The model that holds.
#[derive(Clone, Debug)]
pub struct FittedModel {
    /// What was fitted.
    pub model: ValueModel,
    /// When it landed.
    pub fitted_at: Millis,
    /// The end of the day at which it looked at the customers.
    pub as_of: Millis,
    /// How long the work took, everything that depends on the model included.
    pub duration_ms: i64,
}

/// How many members are in which group.
#[derive(Clone, Debug)]
pub struct Groups {
    /// When everybody was looked at.
    pub as_of: Millis,
    /// What a reader must know, as sentences.
    pub notes: Vec<String>,
    /// All groups.
    pub groups: Vec<GroupFigures>,
}

/// The model behind predicted figures; none before the first, and where the data allow none.
pub async fn model(app: &App) -> Result<Option<FittedModel>, Fault> {
    let Some(row) = store::latest(app.db.reader()).await? else { return Ok(None) };
    let Some(model) = row.model()? else { return Ok(None) };
    let as_of = end_of(&row, model.as_of)?;
    Ok(Some(FittedModel { model, fitted_at: row.fitted_at, as_of, duration_ms: row.duration_ms }))
}

/// Customers by what they are worth; none before the first analysis.
pub async fn groups(app: &App) -> Result<Option<Groups>, Fault> {
    let Some(row) = store::latest(app.db.reader()).await? else { return Ok(None) };
    let kept = row.groups()?;
    Ok(Some(Groups { as_of: row.looked_at, notes: kept.notes, groups: kept.groups }))
}

/// How the value of a member comes about, by the latest analysis; none before the first, and where the member is not known.
pub async fn breakdown(app: &App, member: &MemberRef) -> Result<Option<ValueBreakdown>, Fault> {
    let txn = app.db.begin_reading().await?;
    let Some(row) = store::latest(&txn).await? else { return Ok(None) };
    let Ok(member) = members::resolve_one(&txn, member).await? else { return Ok(None) };
    let Some(bounds) = row.bounds()?.value else { return Ok(None) };
    let (said, groups_on) = (row.said(), day(&row.groups_on)?);
    let (_, currency) = Said::now(&txn).await?;
    let costs = campaign_costs_of(&txn, said.zone()?, groups_on, member).await?;
    let mut settings = said.settings(groups_on, currency)?.with_campaign_costs(Arc::new(costs));
    let kept = member_store::of(&txn, &[member]).await?;
    if row.model()?.is_some() {
        let known = kept.iter().filter_map(|kept| Some((kept.member, kept.predicted?.prediction()?)));
        settings = settings.with_predictions(Arc::new(ByMember::new(known.collect())));
    }
    let mut dictionary = Dictionary::default();
    let facts = facts::read(&txn, Whose::Members(&[member]), VALUES, said.zone()?, &mut dictionary).await?;
    let Some(place) = facts.row(member.0) else { return Ok(None) };
    let now = bounds.breakdown(&facts, place, &settings);
    // The group is that which rules and figures see, whatever came since the night.
    Ok(Some(ValueBreakdown { group: kept.first().map_or(now.group, |kept| kept.value_group), ..now }))
}

/// What is told of some members.
pub async fn of_members(app: &App, members: &[MemberId]) -> Result<HashMap<MemberId, MemberFigures>, Fault> {
    // Of one moment: the model is that of which the rows are.
    let txn = app.db.begin_reading().await?;
    let kept = member_store::of(&txn, members).await?;
    let model = if kept.iter().any(|kept| kept.predicted.is_some()) {
        store::latest(&txn).await?.map(|row| row.model()).transpose()?.flatten().map(Arc::new)
    } else {
        None
    };
    txn.commit().await?;
    let mut told: HashMap<MemberId, MemberFigures> =
        kept.iter().map(|kept| (MemberId(kept.member), kept.figures(model.as_ref()))).collect();
    let unseen: Vec<MemberId> = members.iter().filter(|member| !told.contains_key(member)).copied().collect();
    told.extend(unseen_members(app, &unseen).await?);
    Ok(told)
}

/// Members who came after the latest analysis: of these nothing is known but their rhythm, as it is.
async fn unseen_members(app: &App, members: &[MemberId]) -> Result<Vec<(MemberId, MemberFigures)>, Fault> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let zone = app.program().zone;
    let today = app.clock.today(zone);
    let multiple = Multiple::new(MULTIPLE).ok_or_else(|| Fault::new("the multiple of rhythms is none"))?;
    let mut dictionary = Dictionary::default();
    let facts = facts::read(app.db.reader(), Whose::Members(members), Needs::DOCUMENTS, zone, &mut dictionary).await?;
    let rhythm = |member: &MemberId| {
        let rhythm = Rhythm::of(&facts, facts.row(member.0)?, today);
        Some((*member, MemberFigures::unseen(rhythm.days(), rhythm.presence(today, multiple))))
    };
    Ok(members.iter().filter_map(rhythm).collect())
}

fn end_of(row: &ModelRow, day: NaiveDate) -> Result<Millis, Fault> {
    Ok(row.said().zone()?.span(day, day).until)
}

fn day(text: &str) -> Result<NaiveDate, Fault> {
    text.parse().map_err(|_| Fault::new(format!("an analysis is of {text}, which is no day")))
}
