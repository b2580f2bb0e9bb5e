//! The SQL of campaigns that rules name.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use engine::calendar::{Zone, day_number};
use engine::campaigns::campaign_days;
use engine::facts::Day;
use engine::rules::Rule;
use entity::ids::{CampaignId, SegmentId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::db::{List, sql};
use crate::error::Fault;

/// The days of the campaigns that rules name, by the days of a zone.
pub async fn days_of_campaigns<'r>(
    db: &impl ConnectionTrait,
    rules: impl IntoIterator<Item = &'r Rule<i64>>,
    zone: Zone,
) -> Result<HashMap<i64, RangeInclusive<Day>>, Fault> {
    let named: Vec<i64> = rules.into_iter().flat_map(Rule::campaigns).copied().collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = List::ids(named);
    let text = format!("SELECT id, starts_at, ends_at FROM campaign WHERE id IN (SELECT id FROM {})", ids.table(db, 1));
    let days = |row: &QueryResult| {
        let (id, days) =
            (row.try_get_by_index(0)?, campaign_days(zone, row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        Ok((id, day_number(*days.start())..=day_number(*days.end())))
    };
    let rows = db.query_all_raw(sql(db, text, [ids.value(db)?])).await?;
    Ok(rows.iter().map(days).collect::<Result<_, DbErr>>()?)
}

/// The segments whose rules name a campaign: that of their own or that which decides.
pub async fn naming_campaign(db: &impl ConnectionTrait, campaign: CampaignId) -> Result<Vec<SegmentId>, Fault> {
    // A text of somebody's own that looks like this has its quotation marks escaped in JSON.
    let named = format!("%\"campaignId\":\"{}\"%", campaign.0);
    let text = "SELECT s.id FROM segment AS s LEFT JOIN segment_evaluation AS e ON e.segment_id = s.id
        WHERE s.rule LIKE $1 OR (e.decides AND e.applied_rule LIKE $1) ORDER BY s.id";
    let rows = db.query_all_raw(sql(db, text, [named.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, DbErr>>()?)
}
