//! The programme changes while it runs.

use chrono::NaiveDate;
use engine::calendar::{FIRST_DAY, LAST_DAY, Zone};
use entity::{job, program as table};
use rust_decimal::Decimal;

use super::{CHANNEL, ZONE_JOB, checks, store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::{self, Lock};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::figures;
use crate::jobs::{self, NewJob};
use crate::text_input::{self, length};

/// What is to be different; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProgramPatch {
    /// What it is called.
    pub name: Option<String>,
    /// The zone of every day, as its IANA name.
    pub time_zone: Option<String>,
    /// Its first day.
    pub launched_on: Option<NaiveDate>,
    /// Share of revenue that is profit.
    pub gross_margin: Option<Decimal>,
    /// What a redeemed point costs.
    pub reward_cost_per_point: Option<Decimal>,
    /// What taking back a return costs.
    pub return_handling_cost: Option<Decimal>,
}

/// Changes the programme. Another margin moves every average lifetime value in the same transaction; another zone queues
/// the job that reckons the 12-month figures anew, and that job is answered.
pub async fn update(app: &App, by: By<'_>, patch: ProgramPatch) -> Result<Option<job::Model>, Stop> {
    let patch = checked(patch)?;
    let job = db::retry(|| async {
        let txn = app.db.begin().await?;
        // Before the programme, as everybody does who needs both.
        db::lock_shared(&txn, Lock::RuleSet).await?;
        let before = store::lock(&txn).await?.ok_or_else(|| Fault::new("the programme's row is gone"))?;
        let after = patched(&before, &patch);
        let changes = changes(&before, &after);
        if changes.is_empty() {
            return Ok(None);
        }
        store::update(&txn, &after).await?;
        if after.gross_margin != before.gross_margin {
            figures::margin_changed(app, &txn).await?;
        }
        let mut job = None;
        if after.time_zone != before.time_zone {
            let new = NewJob { kind: ZONE_JOB, arguments: serde_json::json!({}) };
            job = Some(jobs::enqueue(app, &txn, by, new).await?);
        }
        let object = Object::many("Program", after.name.as_str());
        audit::write(app, &txn, by, Entry { action: by.action("updateProgram"), object, changes }).await?;
        db::notify(&txn, CHANNEL).await?;
        txn.commit().await?;
        Ok(job)
    })
    .await?;
    jobs::wake(app);
    // It is changed, whether or not it can be read at this moment.
    if let Err(fault) = app.look_at_program().await {
        tracing::warn!(?fault, "the programme could not be read after its change; the next look follows");
    }
    Ok(job)
}

/// Every value as the row is to have it; all mistakes at once.
fn checked(mut patch: ProgramPatch) -> Result<ProgramPatch, Stop> {
    let mut refusals = Vec::new();
    let mut invalid = |message: String, field: &str| {
        refusals.push(Refusal::new(RefusalCode::Invalid, message, &[field]));
    };
    if let Some(day) = patch.launched_on
        && !(FIRST_DAY..=LAST_DAY).contains(&day)
    {
        invalid(format!("must lie between {FIRST_DAY} and {LAST_DAY}"), "launchedOn");
    }
    if let Some(name) = &patch.time_zone {
        match Zone::from_name(name) {
            Some(zone) => patch.time_zone = Some(zone.name().to_owned()),
            None => invalid("is not an IANA time zone such as Europe/Warsaw".to_owned(), "timeZone"),
        }
    }
    let numbers = [
        ("grossMargin", patch.gross_margin.and_then(checks::margin)),
        ("rewardCostPerPoint", patch.reward_cost_per_point.and_then(checks::cost)),
        ("returnHandlingCost", patch.return_handling_cost.and_then(checks::cost)),
    ];
    for (field, mistake) in numbers {
        if let Some(mistake) = mistake {
            invalid(mistake, field);
        }
    }
    match patch.name.as_deref().map(|name| text_input::required(name, length::NAME, &["name"])).transpose() {
        Ok(name) => patch.name = name,
        Err(refusal) => refusals.insert(0, refusal),
    }
    if refusals.is_empty() { Ok(patch) } else { Err(Stop::Refused(refusals)) }
}

fn patched(before: &table::Model, patch: &ProgramPatch) -> table::Model {
    let text = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
    // 0.50 is no other number than 0.5.
    let number = |new: Option<Decimal>, old: &String| match new {
        Some(new) if old.parse() != Ok(new) => new.normalize().to_string(),
        _ => old.clone(),
    };
    table::Model {
        name: text(&patch.name, &before.name),
        time_zone: text(&patch.time_zone, &before.time_zone),
        launched_on: patch.launched_on.map_or_else(|| before.launched_on.clone(), |day| day.to_string()),
        gross_margin: number(patch.gross_margin, &before.gross_margin),
        reward_cost_per_point: number(patch.reward_cost_per_point, &before.reward_cost_per_point),
        return_handling_cost: number(patch.return_handling_cost, &before.return_handling_cost),
        ..before.clone()
    }
}

fn changes(before: &table::Model, after: &table::Model) -> Changes {
    Changes::none()
        .field("name", &before.name, &after.name)
        .field("timeZone", &before.time_zone, &after.time_zone)
        .field("launchedOn", &before.launched_on, &after.launched_on)
        .field("grossMargin", &before.gross_margin, &after.gross_margin)
        .field("rewardCostPerPoint", &before.reward_cost_per_point, &after.reward_cost_per_point)
        .field("returnHandlingCost", &before.return_handling_cost, &after.return_handling_cost)
}
