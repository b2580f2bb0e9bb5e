//! The SQL of what the value model predicts of the members of segments, together: kept beside the other sums, so that a page
//! of large segments adds nothing up.

use entity::ids::MemberId;
use sea_orm::ConnectionTrait;

use crate::db::{List, Txn, sql};
use crate::error::Fault;

/// Moves the sums by the members who come and go in the log after a row. The figures of their segments are locked already.
pub async fn move_with(txn: &Txn, after: i64) -> Result<(), Fault> {
    let sum = |what: &str| format!("CAST(SUM(CASE e.kind WHEN 'JOINED' THEN {what} ELSE -{what} END) AS BIGINT)");
    let text = format!(
        "UPDATE segment_stats SET predicted_members = segment_stats.predicted_members + moved.members,
            predicted_value = segment_stats.predicted_value + moved.predicted
        FROM (
            SELECT e.segment_id, {} AS members, {} AS predicted
            FROM membership_event AS e JOIN member_value AS v ON v.member_id = e.member_id
            WHERE e.id > $1 AND v.predicted_clv IS NOT NULL GROUP BY e.segment_id
        ) AS moved
        WHERE segment_stats.segment_id = moved.segment_id",
        sum("1"),
        sum("v.predicted_clv"),
    );
    txn.execute_raw(sql(txn, text, [after.into()])).await?;
    Ok(())
}

/// Takes members away who are to be deleted, with all that is kept of them. The figures of their segments are locked already.
pub async fn take(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    let list = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "UPDATE segment_stats SET predicted_members = segment_stats.predicted_members - lost.members,
            predicted_value = segment_stats.predicted_value - lost.predicted
        FROM (
            SELECT b.segment_id, COUNT(*) AS members, CAST(SUM(v.predicted_clv) AS BIGINT) AS predicted
            FROM {} JOIN segment_member AS b ON b.member_id = list.id JOIN member_value AS v ON v.member_id = list.id
            WHERE v.predicted_clv IS NOT NULL GROUP BY b.segment_id
        ) AS lost
        WHERE segment_stats.segment_id = lost.segment_id",
        list.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [list.value(txn)?])).await?;
    Ok(())
}

/// Adds the sums of all segments up anew, once what is predicted of members has changed. Nobody comes or goes meanwhile.
pub async fn add_up(txn: &Txn) -> Result<(), Fault> {
    let text = "UPDATE segment_stats SET predicted_members = found.members, predicted_value = found.predicted
        FROM (
            SELECT s.segment_id, COUNT(v.predicted_clv) AS members,
                CAST(COALESCE(SUM(v.predicted_clv), 0) AS BIGINT) AS predicted
            FROM segment_stats AS s
            LEFT JOIN segment_member AS b ON b.segment_id = s.segment_id
            LEFT JOIN member_value AS v ON v.member_id = b.member_id
            GROUP BY s.segment_id
        ) AS found
        WHERE segment_stats.segment_id = found.segment_id AND (segment_stats.predicted_members <> found.members
            OR segment_stats.predicted_value <> found.predicted)";
    txn.execute_raw(sql(txn, text, [])).await?;
    Ok(())
}
