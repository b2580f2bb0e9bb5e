//! What a holdout can show before a campaign starts, and what the campaign brought.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use engine::calendar::{Millis, day_number};
use engine::campaigns::{Audience, CampaignSums, Engagement, Plan, Results, Terms, campaign_days};
use engine::facts::{Day, Dictionary, Facts};
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::CampaignStatus;
use rust_decimal::Decimal;

use super::input::percent_of;
use super::{audience_store, store};
use crate::app::App;
use crate::error::{Fault, FaultKind};
use crate::facts::{self, Freshness, Needs};
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

/// How many campaigns one call looks at: each is a look at everybody.
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
    let today = day_number(app.clock.today(app.program().zone));
    let audience = Audience { targeted, ..Audience::default() };
    let (sums, _) = summed(app, vec![(audience, today - PLANNED + 1..=today)]).await?;
    let bought = sums.first().map(|sums| sums.targeted.conversion()).unwrap_or_default();
    Ok(engine::campaigns::plan(bought, i64::from(PLANNED), holdout_percent))
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
    let reader = app.db.reader();
    let started: Vec<campaign::Model> = store::campaigns(reader, ids).await?;
    let started: Vec<_> = started.into_iter().filter(|row| row.status != CampaignStatus::Draft).collect();
    let ids: Vec<CampaignId> = started.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (program, mut audiences) = (app.program(), audience_store::audiences(reader, &ids).await?);
    let engagement = audience_store::engagement(reader, &ids).await?;
    let days = |row: &campaign::Model| campaign_days(program.zone, row.starts_at, row.ends_at);
    let asked = started.iter().map(|row| (audiences.remove(&row.id).unwrap_or_default(), numbers(&days(row))));
    let (sums, as_of) = summed(app, asked.collect()).await?;
    let today = program.zone.day_of(as_of);
    let mut found = HashMap::new();
    for (row, sums) in started.iter().zip(sums) {
        let engagement = engagement.get(&row.id).copied().unwrap_or_default();
        let terms = Terms {
            holdout_percent: percent_of(row)?,
            is_drawn: row.drawn_at.is_some_and(|drawn| drawn <= row.starts_at),
            days_to_come: to_come(&days(row), today),
            cost: row.cost,
            gross_margin: program.gross_margin,
            digits: program.currency.digits(),
        };
        if let Some(results) = engine::campaigns::results(&sums, &engagement, &terms) {
            found.insert(row.id, Outcome { as_of, engagement, results });
        }
    }
    Ok(found)
}

/// What the members of audiences did in some days, and as of when.
async fn summed(
    app: &Arc<App>,
    asked: Vec<(Audience, RangeInclusive<Day>)>,
) -> Result<(Vec<CampaignSums>, Millis), Fault> {
    let mut sums = vec![CampaignSums::default(); asked.len()];
    let needs = Needs { transactions: true, ..Needs::default() };
    let each = move |_: &(), facts: &Facts, _: &Dictionary| {
        asked.iter().map(|(audience, days)| CampaignSums::of(facts, audience, days)).collect::<Vec<_>>()
    };
    let found = facts::everybody_prepared(app, needs, Freshness::CaughtUp, |_| (), each).await?;
    for part in found.parts {
        sums.iter_mut().zip(&part).for_each(|(sum, part)| *sum = sum.merged(part));
    }
    Ok((sums, found.as_of))
}

fn numbers(days: &RangeInclusive<NaiveDate>) -> RangeInclusive<Day> {
    day_number(*days.start())..=day_number(*days.end())
}

/// How many of a campaign's days are not over, today included.
fn to_come(days: &RangeInclusive<NaiveDate>, today: NaiveDate) -> i64 {
    (*days.end() - today.max(*days.start())).num_days() + 1
}
