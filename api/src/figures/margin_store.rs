//! The SQL of a changed margin.

use engine::figures::Sums;
use entity::segment_stats;
use sea_orm::FromQueryResult;

use super::SegmentMove;
use crate::db::{Txn, for_update, sql};
use crate::error::Fault;

/// The sums of every segment, locked in the order of their ids.
pub(super) async fn lock_all(txn: &Txn) -> Result<Vec<SegmentMove>, Fault> {
    let text = format!("SELECT * FROM segment_stats ORDER BY segment_id{}", for_update(txn));
    let rows = segment_stats::Model::find_by_statement(sql(txn, text, [])).all(txn).await?;
    let sums = |row: &segment_stats::Model| Sums {
        members: row.members,
        reachable: row.reachable,
        transactions: row.transactions,
        spending: row.spending,
        spending_12m: row.spending_12m,
    };
    let unmoved = |row: &segment_stats::Model| SegmentMove {
        segment_id: row.segment_id,
        sums: sums(row),
        joiners: 0,
        leavers: 0,
    };
    Ok(rows.iter().map(unmoved).collect())
}
