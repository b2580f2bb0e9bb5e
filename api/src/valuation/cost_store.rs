//! The SQL of what campaigns cost for the members who got them.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::insights::ByMember;
use engine::money::quotient;
use entity::ids::{CampaignId, MemberId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::db::sql;
use crate::error::Fault;

/// What the campaigns that began within the 12 months up to a day cost for each member whom they targeted, in minor units:
/// a campaign's cost ÷ those whom its draw targeted, rounded half to even: who was erased since got it too. Of everybody,
/// or of one member.
pub(super) async fn campaign_costs(
    db: &impl ConnectionTrait,
    zone: Zone,
    day: NaiveDate,
    member: Option<MemberId>,
) -> Result<ByMember<i64>, Fault> {
    let each = each(db, zone, day).await?;
    if each.is_empty() {
        return Ok(ByMember::default());
    }
    let ids: Vec<String> = each.iter().map(|(id, _)| id.0.to_string()).collect();
    let costs: Vec<String> = each.iter().map(|(id, cost)| format!("WHEN {} THEN {cost}", id.0)).collect();
    let one = member.map_or(String::new(), |member| format!(" AND a.member_id = {}", member.0));
    let text = format!(
        "SELECT a.member_id, CAST(SUM(CASE a.campaign_id {} END) AS BIGINT) AS cost FROM campaign_member AS a
        WHERE a.campaign_id IN ({}) AND NOT a.held_out{one} GROUP BY a.member_id ORDER BY a.member_id",
        costs.join(" "),
        ids.join(", ")
    );
    let rows = db.query_all_raw(sql(db, text, [])).await?;
    let cost = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    Ok(ByMember::new(rows.iter().map(cost).collect::<Result<_, DbErr>>()?))
}

/// What each campaign cost for one of those whom it targeted.
async fn each(db: &impl ConnectionTrait, zone: Zone, day: NaiveDate) -> Result<Vec<(CampaignId, i64)>, Fault> {
    let within = zone.last_12_months(day);
    let text = "SELECT id, cost, drawn_targets FROM campaign
        WHERE status <> 'DRAFT' AND cost > 0 AND targeted > 0 AND starts_at >= $1 AND starts_at < $2 ORDER BY id";
    let rows = db.query_all_raw(sql(db, text, [within.from.into(), within.until.into()])).await?;
    let each = |row: &QueryResult| {
        let (cost, targeted): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        Ok((CampaignId(row.try_get_by_index(0)?), quotient(cost.into(), targeted.into()).unwrap_or_default()))
    };
    Ok(rows.iter().map(each).collect::<Result<_, DbErr>>()?)
}
