//! The SQL of what segments share.

use std::collections::HashMap;

use entity::ids::SegmentId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::db::{List, sql};
use crate::error::Fault;

#[derive(FromQueryResult)]
struct Shared {
    one: SegmentId,
    other: SegmentId,
    shared: i64,
}

/// How many members each of some segments shares with each of some others, or with all; pairs that share none are
/// missing.
pub(super) async fn shared(
    db: &impl ConnectionTrait,
    segments: &[SegmentId],
    with: Option<&[SegmentId]>,
) -> Result<HashMap<(SegmentId, SegmentId), i64>, Fault> {
    let ids = |segments: &[SegmentId]| List::ids(segments.iter().map(|id| id.0));
    let (ones, others) = (ids(segments), with.map(ids));
    let among = match &others {
        Some(others) => format!("AND b.segment_id IN (SELECT id FROM {})", others.table(db, 2)),
        None => String::new(),
    };
    let text = format!(
        "SELECT a.segment_id AS one, b.segment_id AS other, COUNT(*) AS shared
        FROM segment_member AS a JOIN segment_member AS b ON b.member_id = a.member_id
        WHERE a.segment_id IN (SELECT id FROM {}) AND b.segment_id <> a.segment_id {among}
        GROUP BY a.segment_id, b.segment_id",
        ones.table(db, 1)
    );
    let others = others.map(|others| others.value(db)).transpose()?;
    let values = std::iter::once(ones.value(db)?).chain(others);
    let found = Shared::find_by_statement(sql(db, text, values)).all(db).await?;
    Ok(found.into_iter().map(|row| ((row.one, row.other), row.shared)).collect())
}
