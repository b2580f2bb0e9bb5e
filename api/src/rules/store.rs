//! The SQL of explanations.

use std::collections::HashMap;

use entity::ids::{MemberId, SegmentId};
use entity::{segment_evaluation, segment_member};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::error::Fault;

/// The rules of segments that decide, or that decided last.
pub(super) async fn applied_rules(
    db: &impl ConnectionTrait,
    segments: &[SegmentId],
) -> Result<Vec<(SegmentId, String)>, Fault> {
    let columns = [segment_evaluation::Column::SegmentId, segment_evaluation::Column::AppliedRule];
    let found = segment_evaluation::Entity::find().select_only().columns(columns);
    let found = found.filter(segment_evaluation::Column::SegmentId.is_in(segments.iter().copied()));
    let rows = found.into_tuple::<(SegmentId, Option<String>)>().all(db).await?;
    Ok(rows.into_iter().filter_map(|(segment, rule)| Some((segment, rule?))).collect())
}

/// How a member belongs to those of some segments that it belongs to.
pub(super) async fn memberships(
    db: &impl ConnectionTrait,
    member: MemberId,
    segments: &[SegmentId],
) -> Result<HashMap<SegmentId, segment_member::Model>, Fault> {
    let found = segment_member::Entity::find()
        .filter(segment_member::Column::MemberId.eq(member))
        .filter(segment_member::Column::SegmentId.is_in(segments.iter().copied()));
    Ok(found.all(db).await?.into_iter().map(|row| (row.segment_id, row)).collect())
}
