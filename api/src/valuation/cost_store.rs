//! The SQL of what campaigns cost for the members who got them.

use std::collections::HashMap;

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::insights::ByMember;
use engine::money::quotient;
use entity::ids::{CampaignId, MemberId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::db::sql;
use crate::error::Fault;

/// How many members one statement reads: however large a campaign is, each is done within the time that a query has.
const READ: u64 = 50_000;

/// What the campaigns that began within the 12 months up to a day cost for each member whom they targeted, in minor units:
/// the sum of each campaign's cost ÷ those whom its draw targeted, rounded half to even once: who was erased since got it too.
pub(super) async fn campaign_costs(
    db: &impl ConnectionTrait,
    zone: Zone,
    day: NaiveDate,
) -> Result<ByMember<i64>, Fault> {
    let mut costs: HashMap<i64, i128> = HashMap::new();
    for (campaign, cost) in each(db, zone, day).await? {
        let mut after = i64::MIN;
        loop {
            let members = targeted_after(db, campaign, after).await?;
            let Some(last) = members.last() else { break };
            after = *last;
            for member in members {
                *costs.entry(member).or_default() += cost;
            }
        }
    }
    Ok(ByMember::new(costs.into_iter().map(|(member, cost)| (member, minor(cost))).collect()))
}

/// The same of one member.
pub(super) async fn campaign_costs_of(
    db: &impl ConnectionTrait,
    zone: Zone,
    day: NaiveDate,
    member: MemberId,
) -> Result<ByMember<i64>, Fault> {
    let text = "SELECT campaign_id FROM campaign_member WHERE member_id = $1 AND NOT held_out";
    let rows = db.query_all_raw(sql(db, text, [member.into()])).await?;
    let got: Vec<CampaignId> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?;
    let each = each(db, zone, day).await?;
    let cost = each.iter().filter(|(campaign, _)| got.contains(campaign)).map(|(_, cost)| cost).sum();
    Ok(ByMember::new(vec![(member.0, minor(cost))]))
}

/// A share of a cost is reckoned in so many parts of a minor unit: a mailing to a million costs each of them less than one.
const PARTS: i128 = 1_000_000;

fn minor(parts: i128) -> i64 {
    quotient(parts, PARTS).unwrap_or_default()
}

/// What each campaign cost for one of those whom it targeted, in parts of a minor unit.
async fn each(db: &impl ConnectionTrait, zone: Zone, day: NaiveDate) -> Result<Vec<(CampaignId, i128)>, Fault> {
    let within = zone.last_12_months(day);
    let text = "SELECT id, cost, drawn_targets FROM campaign
        WHERE status <> 'DRAFT' AND cost > 0 AND targeted > 0 AND starts_at >= $1 AND starts_at < $2 ORDER BY id";
    let rows = db.query_all_raw(sql(db, text, [within.from.into(), within.until.into()])).await?;
    let each = |row: &QueryResult| {
        let (cost, targeted): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let parts = i128::from(cost) * PARTS;
        Ok((CampaignId(row.try_get_by_index(0)?), i128::from(quotient(parts, targeted.into()).unwrap_or_default())))
    };
    Ok(rows.iter().map(each).collect::<Result<_, DbErr>>()?)
}

/// The next members whom a campaign targeted, behind one, rising.
async fn targeted_after(db: &impl ConnectionTrait, campaign: CampaignId, after: i64) -> Result<Vec<i64>, Fault> {
    let text = format!(
        "SELECT member_id FROM campaign_member WHERE campaign_id = $1 AND NOT held_out AND member_id > $2
        ORDER BY member_id LIMIT {READ}"
    );
    let rows = db.query_all_raw(sql(db, text, [campaign.into(), after.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}
