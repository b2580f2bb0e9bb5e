//! The SQL of pins.

use entity::ids::{MemberId, SegmentId};
use entity::segment_pin;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};

use super::pins::Pin;
use crate::db::{List, Txn, sql};
use crate::error::Fault;

/// A pin.
pub type PinRow = segment_pin::Model;

/// A statement over the pins of a segment.
pub fn select(segment: SegmentId) -> SelectStatement {
    segment_pin::Entity::find().filter(segment_pin::Column::SegmentId.eq(segment)).into_query()
}

/// Makes or turns pins; those that stand so already stay as they are. Answers how many were made or turned.
pub(super) async fn write(
    txn: &Txn,
    segment: SegmentId,
    members: &[MemberId],
    pin: &Pin<'_>,
    at: i64,
) -> Result<usize, Fault> {
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "INSERT INTO segment_pin (segment_id, member_id, pinned_in, note, actor, at)
        SELECT $2, id, $3, $4, $5, $6 FROM {} WHERE TRUE
        ON CONFLICT (segment_id, member_id) DO UPDATE SET pinned_in = excluded.pinned_in, note = excluded.note,
            actor = excluded.actor, at = excluded.at WHERE segment_pin.pinned_in <> excluded.pinned_in",
        ids.table(txn, 1)
    );
    let values = [ids.value(txn)?, segment.into(), pin.inside.into(), pin.note.into(), pin.actor.into(), at.into()];
    let done = txn.execute_raw(sql(txn, text, values)).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Takes pins away, and answers how many there were.
pub(super) async fn remove(txn: &Txn, segment: SegmentId, members: &[MemberId]) -> Result<usize, Fault> {
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "DELETE FROM segment_pin WHERE segment_id = $2 AND member_id IN (SELECT id FROM {})",
        ids.table(txn, 1)
    );
    let done = txn.execute_raw(sql(txn, text, [ids.value(txn)?, segment.into()])).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Lets the memberships of members say how they came about: by hand while they are pinned in, else by the rule.
pub(super) async fn set_via(txn: &Txn, segment: SegmentId, members: &[MemberId]) -> Result<(), Fault> {
    let ids = List::ids(members.iter().map(|member| member.0));
    let pinned = "CASE WHEN EXISTS (SELECT 1 FROM segment_pin AS p WHERE p.segment_id = segment_member.segment_id
        AND p.member_id = segment_member.member_id AND p.pinned_in) THEN 'ASSIGNED' ELSE 'RULE' END";
    let text = format!(
        "UPDATE segment_member SET via = {pinned}
        WHERE segment_id = $2 AND member_id IN (SELECT id FROM {}) AND via <> {pinned}",
        ids.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [ids.value(txn)?, segment.into()])).await?;
    Ok(())
}
