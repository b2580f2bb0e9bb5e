//! The SQL of evaluations.

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::{segment, segment_evaluation};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter};

use crate::db::{List, Txn, for_update, sql};
use crate::error::Fault;

/// How an evaluation ended.
#[derive(Clone, Debug)]
pub(super) struct Landing {
    pub(super) version: i64,
    pub(super) rule: String,
    pub(super) finished_at: Millis,
    pub(super) duration_ms: i64,
    pub(super) joiners: usize,
    pub(super) leavers: usize,
}

/// Makes the row of a new DYNAMIC segment: nothing decides yet.
pub async fn open(txn: &Txn, segment: SegmentId, now: Millis) -> Result<(), Fault> {
    let row = segment_evaluation::Model {
        segment_id: segment,
        applied_version: 0,
        applied_rule: None,
        decides: false,
        outdated: false,
        started_at: now,
        finished_at: None,
        duration_ms: None,
        joiners: None,
        leavers: None,
        error: None,
    };
    segment_evaluation::Entity::insert(row.into_active_model()).exec_without_returning(txn).await?;
    Ok(())
}

/// Notes that an evaluation was asked for.
pub async fn begin(txn: &Txn, segment: SegmentId, now: Millis) -> Result<(), Fault> {
    let text = "UPDATE segment_evaluation SET started_at = $2, finished_at = NULL, duration_ms = NULL, joiners = NULL,
        leavers = NULL, error = NULL WHERE segment_id = $1";
    txn.execute_raw(sql(txn, text, [segment.into(), now.into()])).await?;
    Ok(())
}

/// From now on nothing decides, until an evaluation has landed.
pub async fn stop(txn: &Txn, segment: SegmentId) -> Result<(), Fault> {
    let text = "UPDATE segment_evaluation SET decides = FALSE WHERE segment_id = $1";
    txn.execute_raw(sql(txn, text, [segment.into()])).await?;
    Ok(())
}

/// Something that the rule looks at has changed for so many that everybody is evaluated anew: nothing decides until that has
/// landed.
pub(super) async fn outdate(txn: &Txn, segment: SegmentId, now: Millis) -> Result<(), Fault> {
    begin(txn, segment, now).await?;
    let text = "UPDATE segment_evaluation SET outdated = TRUE WHERE segment_id = $1";
    txn.execute_raw(sql(txn, text, [segment.into()])).await?;
    Ok(())
}

/// The rule that decides is that of the next version too: something else of the segment was changed.
pub async fn followed(txn: &Txn, segment: SegmentId, version: i64) -> Result<(), Fault> {
    let text = "UPDATE segment_evaluation SET applied_version = $2 + 1 WHERE segment_id = $1 AND applied_version = $2";
    txn.execute_raw(sql(txn, text, [segment.into(), version.into()])).await?;
    Ok(())
}

/// An evaluation has landed: its rule decides.
pub(super) async fn landed(txn: &Txn, segment: SegmentId, landing: &Landing) -> Result<(), Fault> {
    let Landing { version, rule, finished_at, duration_ms, joiners, leavers } = landing;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let text =
        "UPDATE segment_evaluation SET applied_version = $2, applied_rule = $3, decides = TRUE, outdated = FALSE,
        finished_at = $4, duration_ms = $5, joiners = $6, leavers = $7, error = NULL WHERE segment_id = $1";
    let values = [
        segment.into(),
        (*version).into(),
        rule.as_str().into(),
        (*finished_at).into(),
        (*duration_ms).into(),
        count(*joiners).into(),
        count(*leavers).into(),
    ];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// An attempt at an evaluation did not come to its end.
pub(super) async fn failed(db: &impl ConnectionTrait, segment: SegmentId, why: &str) -> Result<(), Fault> {
    let text = "UPDATE segment_evaluation SET error = $2 WHERE segment_id = $1";
    db.execute_raw(sql(db, text, [segment.into(), why.into()])).await?;
    Ok(())
}

/// Whether the rule that a segment has by now decides already.
pub async fn is_landed(db: &impl ConnectionTrait, segment: &segment::Model) -> Result<bool, Fault> {
    let row = evaluation(db, segment.id).await?.filter(|row| row.decides && !row.outdated);
    Ok(row.is_some_and(|row| row.applied_version == segment.version && row.applied_rule == segment.rule))
}

/// The active segments that stand still until an evaluation has landed.
pub(super) async fn outdated(db: &impl ConnectionTrait) -> Result<Vec<SegmentId>, Fault> {
    let text = "SELECT e.segment_id FROM segment_evaluation AS e JOIN segment AS s ON s.id = e.segment_id
        WHERE e.outdated AND s.active ORDER BY e.segment_id";
    let rows = db.query_all_raw(sql(db, text, [])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// What jobs of a kind are about that wait, are at work, or failed or were cancelled after an instant.
pub(super) async fn jobs_since(db: &impl ConnectionTrait, kind: &str, after: Millis) -> Result<Vec<String>, Fault> {
    let text = "SELECT arguments FROM job WHERE kind = $1
        AND (status IN ('QUEUED', 'RUNNING') OR (status IN ('FAILED', 'CANCELLED') AND finished_at > $2))";
    let rows = db.query_all_raw(sql(db, text, [kind.into(), after.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// The active segments whose rules have not landed as they are by now.
pub(super) async fn unlanded(db: &impl ConnectionTrait) -> Result<Vec<SegmentId>, Fault> {
    let text = "SELECT s.id FROM segment AS s JOIN segment_evaluation AS e ON e.segment_id = s.id
        WHERE s.active AND (NOT e.decides OR e.outdated OR e.applied_version <> s.version
            OR e.applied_rule IS DISTINCT FROM s.rule)";
    let rows = db.query_all_raw(sql(db, text, [])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
}

/// Segments by id.
pub(super) async fn segments(db: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<Vec<segment::Model>, Fault> {
    Ok(segment::Entity::find().filter(segment::Column::Id.is_in(ids.iter().copied())).all(db).await?)
}

/// Which rule of a segment decides, and how its latest evaluation went.
pub(super) async fn evaluation(
    db: &impl ConnectionTrait,
    id: SegmentId,
) -> Result<Option<segment_evaluation::Model>, Fault> {
    Ok(segment_evaluation::Entity::find_by_id(id).one(db).await?)
}

/// Keeps the row of a segment from changing.
pub(super) async fn hold(txn: &Txn, id: SegmentId) -> Result<(), Fault> {
    let text = format!("SELECT id FROM segment WHERE id = $1{}", for_update(txn));
    txn.query_one_raw(sql(txn, text, [id.into()])).await?;
    Ok(())
}

/// The last coming or going; 0 before the first.
pub(super) async fn last_event(db: &impl ConnectionTrait) -> Result<i64, Fault> {
    let row = db.query_one_raw(sql(db, "SELECT MAX(id) AS id FROM membership_event", [])).await?;
    Ok(row.map(|row| row.try_get::<Option<i64>>("", "id")).transpose()?.flatten().unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Moved {
    member_id: MemberId,
}

/// Who came to one of some segments, or left it, after a coming or going.
pub(super) async fn moved_after(txn: &Txn, event: i64, segments: &[SegmentId]) -> Result<Vec<MemberId>, Fault> {
    if segments.is_empty() {
        return Ok(Vec::new());
    }
    let ids = List::ids(segments.iter().map(|segment| segment.0));
    let text = format!(
        "SELECT DISTINCT member_id FROM membership_event WHERE id > $2 AND segment_id IN (SELECT id FROM {})",
        ids.table(txn, 1)
    );
    let rows = Moved::find_by_statement(sql(txn, text, [ids.value(txn)?, event.into()])).all(txn).await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

/// Notes that rules decide by the programme's margin.
pub(super) async fn decided_with_margin(txn: &Txn) -> Result<(), Fault> {
    txn.execute_raw(sql(txn, "UPDATE program SET decided_margin = gross_margin WHERE id = 1", [])).await?;
    Ok(())
}
