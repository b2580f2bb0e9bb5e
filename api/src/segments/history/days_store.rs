//! The SQL of how days ended.

use chrono::NaiveDate;
use entity::ids::SegmentId;
use entity::segment_day;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::db::{List, sql};
use crate::error::Fault;

/// The days of segments from one day until before another, and of each the last one before, in the order of segments and
/// days.
pub(super) async fn days(
    db: &impl ConnectionTrait,
    segments: &[SegmentId],
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<segment_day::Model>, Fault> {
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    let text = format!(
        "SELECT d.* FROM {} JOIN segment_day AS d ON d.segment_id = list.id
        WHERE d.day < $3 AND d.day >= COALESCE(
            (SELECT MAX(before.day) FROM segment_day AS before WHERE before.segment_id = list.id AND before.day < $2), $2)
        ORDER BY d.segment_id, d.day",
        ids.table(db, 1)
    );
    let values = [ids.value(db)?, from.to_string().into(), until.to_string().into()];
    Ok(segment_day::Model::find_by_statement(sql(db, text, values)).all(db).await?)
}
