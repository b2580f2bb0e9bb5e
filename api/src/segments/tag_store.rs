//! The SQL of segments' tags.

use std::collections::HashMap;

use engine::text::fold;
use entity::ids::SegmentId;
use entity::segment_tag;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;

/// A tag with how many segments have it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TagCount {
    /// As one of the segments spells it.
    pub tag: String,
    /// How many.
    pub segments: i64,
}

#[derive(Serialize)]
struct TagRow<'a> {
    segment_id: i64,
    position: usize,
    tag: &'a str,
    tag_folded: String,
}

const TAG: &[(&str, Column)] = &[("segment_id", Int), ("position", Int), ("tag", Text), ("tag_folded", Text)];

/// Writes the tags of a new segment.
pub(super) async fn write(txn: &Txn, segment: SegmentId, tags: &[String]) -> Result<(), Fault> {
    if tags.is_empty() {
        return Ok(());
    }
    let row = |(position, tag): (usize, &'_ String)| (position, tag.clone(), fold(tag));
    let rows: Vec<_> = tags.iter().enumerate().map(row).collect();
    let rows: Vec<TagRow<'_>> = rows
        .iter()
        .map(|(position, tag, tag_folded)| TagRow {
            segment_id: segment.0,
            position: *position,
            tag,
            tag_folded: tag_folded.clone(),
        })
        .collect();
    let batch = Batch::new(TAG, &rows);
    let text = format!(
        "INSERT INTO segment_tag (segment_id, position, tag, tag_folded)
        SELECT segment_id, position, tag, tag_folded FROM {}",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// The tags of segments, in their order.
pub(super) async fn of(db: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<HashMap<SegmentId, Vec<String>>, Fault> {
    let rows = segment_tag::Entity::find()
        .filter(segment_tag::Column::SegmentId.is_in(ids.iter().copied()))
        .order_by_asc(segment_tag::Column::SegmentId)
        .order_by_asc(segment_tag::Column::Position);
    let mut tags: HashMap<SegmentId, Vec<String>> = HashMap::new();
    for row in rows.all(db).await? {
        tags.entry(row.segment_id).or_default().push(row.tag);
    }
    Ok(tags)
}

/// The tags in use, by name.
pub(super) async fn counts(db: &impl ConnectionTrait) -> Result<Vec<TagCount>, Fault> {
    let text = "SELECT MIN(tag) AS tag, COUNT(*) AS segments FROM segment_tag GROUP BY tag_folded ORDER BY tag_folded";
    Ok(TagCount::find_by_statement(sql(db, text, [])).all(db).await?)
}

/// Removes the tags of a segment.
pub(super) async fn remove(txn: &Txn, segment: SegmentId) -> Result<(), Fault> {
    txn.execute_raw(sql(txn, "DELETE FROM segment_tag WHERE segment_id = $1", [segment.into()])).await?;
    Ok(())
}
