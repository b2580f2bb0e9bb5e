//! What a holdout can show before a campaign starts, and what the campaign brought.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use engine::calendar::{Millis, day_number};
use engine::campaigns::{CampaignSums, Engagement, Plan, Results, STAYING, Side, Sides, Terms, campaign_days};
use engine::facts::Day;
use engine::insights::Among;
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::CampaignStatus;
use rust_decimal::Decimal;

use super::input::percent_of;
use super::store;
use crate::app::App;
use crate::error::{Fault, FaultKind};
use crate::facts::{Moment, Needs};
use crate::membership;
use crate::segments::{self, SegmentRef};

/// What a campaign brought, and as of when: everything that was committed before the call was seen.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As of when.
    pub as_of: Millis,
    /// How many members did what with what they got.
    pub engagement: Engagement,
    /// Both sides, and what lies between them.
    pub results: Results,
}

/// How many campaigns one call looks at.
const MOST: usize = 50;

/// A plan goes by who bought within so many days up to today.
const PLANNED: i32 = 30;

/// The smallest and largest holdout that can be planned.
const PERCENT: RangeInclusive<Decimal> = Decimal::ZERO..=Decimal::ONE_HUNDRED;

/// What a holdout of so many percent of a segment's members can show.
pub async fn plan(app: &Arc<App>, segment: &SegmentRef, holdout_percent: Decimal) -> Result<Plan, Fault> {
    if !PERCENT.contains(&holdout_percent) {
        return Err(Fault::of(FaultKind::BadInput, "`holdoutPercent` must be 0 to 100"));
    }
    let ids = segments::ids_of(app, std::slice::from_ref(segment)).await?;
    let known = membership::known_members(app.db.reader(), &ids, &[]).await?;
    let targeted = known.members.into_values().next().unwrap_or_default();
    let zone = app.program().zone;
    let today = day_number(app.clock.today(zone));
    let side = Side { among: Among::Members(Arc::new(targeted)), days: today - PLANNED + 1..=today };
    let (bought, _) = Moment::begin(app, zone, Needs::DOCUMENTS).await?.ask(side).await?;
    Ok(engine::campaigns::plan(bought.conversion(), i64::from(PLANNED), holdout_percent))
}

/// What campaigns brought, all of them worked out in one pass; those are missing that were not started, and of whose
/// audience nobody is left.
pub async fn results(app: &Arc<App>, ids: &[CampaignId]) -> Result<HashMap<CampaignId, Outcome>, Fault> {
    if ids.len() > MOST {
        return Err(Fault::of(
            FaultKind::BadInput,
            format!("the results of at most {MOST} campaigns can be asked for"),
        ));
    }
    let program = app.program();
    let moment = Moment::begin(app, program.zone, Needs { campaigns: true, ..Needs::DOCUMENTS }).await?;
    let started: Vec<campaign::Model> = store::campaigns(moment.txn(), ids).await?;
    let started: Vec<_> = started.into_iter().filter(|row| row.status != CampaignStatus::Draft).collect();
    if started.is_empty() {
        return Ok(HashMap::new());
    }
    let days = |row: &campaign::Model| campaign_days(program.zone, row.starts_at, row.ends_at);
    let sides = Sides::new(started.iter().map(|row| (row.id.0, numbers(&days(row)))).collect());
    let (sums, as_of) = moment.ask(sides).await?;
    let sums: HashMap<i64, CampaignSums> = sums.into_iter().collect();
    let today = program.zone.day_of(as_of);
    let mut found = HashMap::new();
    for row in &started {
        let sums = sums.get(&row.id.0).copied().unwrap_or_default();
        let engagement = engagement(row);
        let to_come = to_come(&days(row), today);
        let terms = Terms {
            holdout_percent: percent_of(row)?,
            is_drawn: row.drawn_at.is_some_and(|drawn| drawn <= row.starts_at),
            days_to_come: to_come,
            staying_to_come: to_come + i64::from(STAYING),
            cost: row.cost,
            drawn_targets: row.drawn_targets,
            gross_margin: program.gross_margin,
            digits: program.currency.digits(),
        };
        if let Some(results) = engine::campaigns::results(&sums, &engagement, &terms) {
            found.insert(row.id, Outcome { as_of, engagement, results });
        }
    }
    Ok(found)
}

fn engagement(row: &campaign::Model) -> Engagement {
    let campaign::Model { delivered, opened, clicked, redeemed, reached, engaged, held_out_reached, .. } = *row;
    Engagement { delivered, opened, clicked, redeemed, reached, engaged, held_out_reached }
}

fn numbers(days: &RangeInclusive<NaiveDate>) -> RangeInclusive<Day> {
    day_number(*days.start())..=day_number(*days.end())
}

/// How many of a campaign's days are not over, today included.
fn to_come(days: &RangeInclusive<NaiveDate>, today: NaiveDate) -> i64 {
    (*days.end() - today.max(*days.start())).num_days() + 1
}
