//! The SQL of what partners have pushed of members.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::ids::{MemberId, PartnerId, SegmentId};
use entity::segment;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::pushed::Pushed;
use crate::db::{List, Txn, for_update, sql};
use crate::error::Fault;

/// Of which of some members a partner has spoken of a later instant.
pub async fn newer(
    txn: &Txn,
    segment: SegmentId,
    members: &[MemberId],
    emitted_at: i64,
) -> Result<HashSet<MemberId>, Fault> {
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "SELECT member_id FROM pushed_member
        WHERE segment_id = $2 AND emitted_at > $3 AND member_id IN (SELECT id FROM {})",
        ids.table(txn, 1)
    );
    let rows = txn.query_all_raw(sql(txn, text, [ids.value(txn)?, segment.into(), emitted_at.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Of which of some members a partner has spoken before, for any of its segments.
pub async fn pushed_before(txn: &Txn, partner: PartnerId, members: &[MemberId]) -> Result<HashSet<MemberId>, Fault> {
    if members.is_empty() {
        return Ok(HashSet::new());
    }
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "SELECT DISTINCT p.member_id FROM pushed_member AS p JOIN segment AS s ON s.id = p.segment_id
        WHERE s.partner_id = $2 AND p.member_id IN (SELECT id FROM {})",
        ids.table(txn, 1)
    );
    let rows = txn.query_all_raw(sql(txn, text, [ids.value(txn)?, partner.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Notes what was said of members.
pub(super) async fn mark(txn: &Txn, pushed: &Pushed<'_>, members: &[MemberId], belongs: bool) -> Result<(), Fault> {
    if members.is_empty() {
        return Ok(());
    }
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!(
        "INSERT INTO pushed_member (segment_id, member_id, belongs, emitted_at, pushed_on)
        SELECT $2, id, $3, $4, $5 FROM {} WHERE TRUE
        ON CONFLICT (segment_id, member_id) DO UPDATE SET belongs = excluded.belongs,
            emitted_at = excluded.emitted_at, pushed_on = excluded.pushed_on",
        ids.table(txn, 1)
    );
    let Pushed { segment, emitted_at, on, .. } = *pushed;
    let values = [ids.value(txn)?, segment.id.into(), belongs.into(), emitted_at.into(), on.to_string().into()];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// The active segments whose memberships lapse.
pub(super) async fn lapsing(db: &impl ConnectionTrait) -> Result<Vec<segment::Model>, Fault> {
    let text = "SELECT * FROM segment WHERE active AND expires_after_days IS NOT NULL ORDER BY id";
    Ok(segment::Model::find_by_statement(sql(db, text, [])).all(db).await?)
}

/// One of them, locked; none where it is not among them any more.
pub(super) async fn lock_lapsing(txn: &Txn, segment: SegmentId) -> Result<Option<segment::Model>, Fault> {
    let text =
        format!("SELECT * FROM segment WHERE id = $1 AND active AND expires_after_days IS NOT NULL{}", for_update(txn));
    Ok(segment::Model::find_by_statement(sql(txn, text, [segment.into()])).one(txn).await?)
}

/// Whether anything has lapsed that was pushed by a day.
pub(super) async fn any_lapsed(db: &impl ConnectionTrait, segment: SegmentId, last: NaiveDate) -> Result<bool, Fault> {
    let text = "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM pushed_member
            WHERE segment_id = $1 AND belongs AND pushed_on <= $2)
        OR EXISTS (SELECT 1 FROM pushed_name WHERE segment_id = $1 AND pushed_on <= $2)";
    Ok(db.query_one_raw(sql(db, text, [segment.into(), last.to_string().into()])).await?.is_some())
}

/// Who was last pushed by a day, and belongs.
pub(super) async fn lapsed(txn: &Txn, segment: SegmentId, last: NaiveDate) -> Result<Vec<MemberId>, Fault> {
    let text = "SELECT member_id FROM pushed_member WHERE segment_id = $1 AND belongs AND pushed_on <= $2
        ORDER BY member_id";
    let rows = txn.query_all_raw(sql(txn, text, [segment.into(), last.to_string().into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Notes that they do not belong any more.
pub(super) async fn lapse(txn: &Txn, segment: SegmentId, last: NaiveDate) -> Result<(), Fault> {
    let text = "UPDATE pushed_member SET belongs = $3 WHERE segment_id = $1 AND belongs AND pushed_on <= $2";
    txn.execute_raw(sql(txn, text, [segment.into(), last.to_string().into(), false.into()])).await?;
    Ok(())
}

/// Forgets names that were last pushed by a day.
pub(super) async fn lapse_names(txn: &Txn, segment: SegmentId, last: NaiveDate) -> Result<(), Fault> {
    let text = "DELETE FROM pushed_name WHERE segment_id = $1 AND pushed_on <= $2";
    txn.execute_raw(sql(txn, text, [segment.into(), last.to_string().into()])).await?;
    Ok(())
}
