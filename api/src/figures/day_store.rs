//! The SQL of how the days of segments ended: each change of a segment's figures is kept with its day, and the last one
//! of a day stays.

use sea_orm::ConnectionTrait;

use super::store::StatsRow;
use crate::db::Column::Int;
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;

const ROW: &[(&str, Column)] = &[
    ("segment_id", Int),
    ("members", Int),
    ("joiners", Int),
    ("leavers", Int),
    ("average_transaction_value", Int),
    ("average_spending", Int),
    ("average_clv", Int),
];

/// Keeps how the day stands for segments whose figures moved. A clock that was set back does not change days that are
/// over: what happens then counts on the latest day that is kept.
pub(super) async fn write(txn: &Txn, rows: &[StatsRow], day: &str) -> Result<(), Fault> {
    let batch = Batch::new(ROW, rows);
    let columns: Vec<&str> = ROW[1..].iter().map(|(name, _)| *name).collect();
    let columns = columns.join(", ");
    let text = format!(
        "INSERT INTO segment_day (segment_id, day, {columns})
        SELECT segment_id, COALESCE((SELECT MAX(later.day) FROM segment_day AS later
            WHERE later.segment_id = batch.segment_id AND later.day > $2), $2), {columns}
        FROM {} WHERE TRUE
        ON CONFLICT (segment_id, day) DO UPDATE SET members = excluded.members,
            joiners = segment_day.joiners + excluded.joiners, leavers = segment_day.leavers + excluded.leavers,
            average_transaction_value = excluded.average_transaction_value,
            average_spending = excluded.average_spending, average_clv = excluded.average_clv",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?, day.into()])).await?;
    Ok(())
}
