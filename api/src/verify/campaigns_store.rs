//! The SQL of the comparisons of campaigns: who is in an audience, on which side, and what is recorded of it.

use engine::campaigns::Holdout;
use entity::campaign;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use crate::db::{Txn, sql};
use crate::error::Fault;

/// Members of the audience of a draft, or of nothing, and nobody's parts in campaigns.
pub(super) const AUDIENCES: &str = "
    SELECT 'campaign ' || a.campaign_id || ': member ' || a.member_id
        || ' is in its audience, and one of the two is not there, or it is a draft' AS difference
    FROM campaign_member AS a LEFT JOIN campaign AS c ON c.id = a.campaign_id
    LEFT JOIN member AS m ON m.id = a.member_id WHERE c.drawn_at IS NULL OR c.status = 'DRAFT' OR m.id IS NULL";

/// Campaigns that have not ended and are for nobody's members, and such as are drawn and drafts, or neither.
pub(super) const SEGMENTS: &str = "
    SELECT 'campaign ' || c.id || ': it is ' || c.status || ' and has no segment, or no draw where it should' AS difference
    FROM campaign AS c LEFT JOIN segment AS s ON s.id = c.segment_id
    WHERE (c.status <> 'ENDED' AND s.id IS NULL) OR (c.status = 'DRAFT') <> (c.drawn_at IS NULL)";

/// Members of whom another kind of engagement is noted than is recorded.
pub(super) const MARKS: &str = "
    WITH found AS (
        SELECT campaign_id, member_id, MAX(CASE kind WHEN 'DELIVERED' THEN 1 ELSE 0 END) AS delivered,
            MAX(CASE kind WHEN 'OPENED' THEN 1 ELSE 0 END) AS opened, MAX(CASE kind WHEN 'CLICKED' THEN 1 ELSE 0 END) AS clicked,
            MAX(CASE kind WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redeemed
        FROM engagement GROUP BY campaign_id, member_id
    )
    SELECT 'campaign ' || a.campaign_id || ': what member ' || a.member_id || ' did is noted wrong' AS difference
    FROM campaign_member AS a LEFT JOIN found AS f ON f.campaign_id = a.campaign_id AND f.member_id = a.member_id
    WHERE a.delivered <> (COALESCE(f.delivered, 0) = 1) OR a.opened <> (COALESCE(f.opened, 0) = 1)
        OR a.clicked <> (COALESCE(f.clicked, 0) = 1) OR a.redeemed <> (COALESCE(f.redeemed, 0) = 1)";

/// Events of members who are in no audience.
pub(super) const STRANGERS: &str = "
    SELECT 'campaign ' || e.campaign_id || ': something is recorded of member ' || e.member_id
        || ', who is not in its audience' AS difference
    FROM engagement AS e LEFT JOIN campaign_member AS a ON a.campaign_id = e.campaign_id AND a.member_id = e.member_id
    WHERE a.member_id IS NULL";

/// How many members are looked at at once.
const AT_ONCE: u64 = 10_000;
/// How many differences are told.
const MOST: usize = 100;

/// Members who are not on the side to which the draw puts them.
pub(super) async fn drawn_otherwise(txn: &Txn) -> Result<Vec<String>, Fault> {
    let mut differences = Vec::new();
    for campaign in campaign::Entity::find().order_by_asc(campaign::Column::Id).all(txn).await? {
        let percent = campaign.holdout_percent.parse();
        let percent = percent.map_err(|_| Fault::new("campaign.holdout_percent is not a number"))?;
        let (holdout, mut after) = (Holdout::new(campaign.id.0, percent), Some(i64::MIN));
        while let Some(from) = after.filter(|_| differences.len() < MOST) {
            let text = format!(
                "SELECT member_id, held_out FROM campaign_member WHERE campaign_id = $1 AND member_id > $2
                ORDER BY member_id LIMIT {AT_ONCE}"
            );
            let rows = txn.query_all_raw(sql(txn, text, [campaign.id.into(), from.into()])).await?;
            after = None;
            for row in &rows {
                let (member, held_out): (i64, bool) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                if held_out != holdout.has(member) {
                    let id = campaign.id.0;
                    differences
                        .push(format!("campaign {id}: member {member} is not on the side where the draw puts it"));
                }
                after = Some(member);
            }
        }
    }
    Ok(differences)
}
