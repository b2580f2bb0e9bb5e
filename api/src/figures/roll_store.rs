//! The SQL of rolling the 12-month figures.

use engine::calendar::{Span, Zone};
use engine::figures::Sums;
use entity::ids::SegmentId;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::SegmentMove;
use crate::db::Column::Int;
use crate::db::{Batch, Column, Txn, for_update, sql};
use crate::error::Fault;

#[derive(Serialize)]
struct SpanRow {
    from_at: i64,
    until_at: i64,
    sign: i64,
}

const SPAN: &[(&str, Column)] = &[("from_at", Int), ("until_at", Int), ("sign", Int)];

/// Adds the net spending within each span to the members' 12 months, with the span's sign.
pub(super) async fn move_members(txn: &Txn, spans: &[(Span, i64)]) -> Result<(), Fault> {
    let rows: Vec<SpanRow> =
        spans.iter().map(|(span, sign)| SpanRow { from_at: span.from, until_at: span.until, sign: *sign }).collect();
    let batch = Batch::new(SPAN, &rows);
    let text = format!(
        "UPDATE member_metrics SET spending_12m = member_metrics.spending_12m + moved.spending
        FROM (
            SELECT t.member_id,
                CAST(SUM(batch.sign * CASE t.kind WHEN 'SALE' THEN t.amount ELSE -t.amount END) AS BIGINT) AS spending
            FROM {} JOIN \"transaction\" AS t ON t.at >= batch.from_at AND t.at < batch.until_at
            WHERE t.member_id IS NOT NULL
            GROUP BY t.member_id
        ) AS moved
        WHERE member_metrics.member_id = moved.member_id",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct StatsRow {
    segment_id: i64,
    members: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

/// The sums of every segment, with the 12 months added up anew from its members.
pub(super) async fn segments_anew(txn: &Txn) -> Result<Vec<SegmentMove>, Fault> {
    let text = format!(
        "SELECT s.segment_id, s.members, s.reachable, s.transactions, s.spending,
            (SELECT CAST(COALESCE(SUM(k.spending_12m), 0) AS BIGINT) FROM segment_member AS b
                JOIN member_metrics AS k ON k.member_id = b.member_id WHERE b.segment_id = s.segment_id) AS spending_12m
        FROM segment_stats AS s ORDER BY s.segment_id{}",
        for_update(txn)
    );
    let found = StatsRow::find_by_statement(sql(txn, text, [])).all(txn).await?;
    let sums = |row: &StatsRow| Sums {
        members: row.members,
        reachable: row.reachable,
        transactions: row.transactions,
        spending: row.spending,
        spending_12m: row.spending_12m,
    };
    let one =
        |row: StatsRow| SegmentMove { segment_id: SegmentId(row.segment_id), sums: sums(&row), joiners: 0, leavers: 0 };
    Ok(found.into_iter().map(one).collect())
}

/// Notes the day to which the figures were rolled, and its zone.
pub(super) async fn rolled_to(txn: &Txn, day: &str, zone: Zone, at: i64) -> Result<(), Fault> {
    let text = "UPDATE program SET figures_on = $1, figures_zone = $2, figures_at = $3 WHERE id = 1";
    txn.execute_raw(sql(txn, text, [day.into(), zone.name().into(), at.into()])).await?;
    Ok(())
}
