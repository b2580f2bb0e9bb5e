//! The SQL of full lists.

use entity::ids::{MemberId, SegmentId, SegmentSyncId};
use entity::segment_sync;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;

use super::names::{EMAIL, NUMBER};
use crate::db::Column::Text;
use crate::db::{Batch, List, Txn, sql};
use crate::error::Fault;
use crate::membership::PushedName;

/// The kind of a member that is named by id.
pub(super) const ID: &str = "ID";

/// A list.
pub(super) async fn by_id(db: &impl ConnectionTrait, id: SegmentSyncId) -> Result<Option<segment_sync::Model>, DbErr> {
    segment_sync::Entity::find_by_id(id).one(db).await
}

/// A list, locked.
pub(super) async fn lock(txn: &Txn, id: SegmentSyncId) -> Result<Option<segment_sync::Model>, DbErr> {
    segment_sync::Entity::find_by_id(id).lock_exclusive().one(txn).await
}

/// The open list of a segment.
pub(super) async fn open(txn: &Txn, segment: SegmentId) -> Result<Option<segment_sync::Model>, DbErr> {
    let of = segment_sync::Entity::find().filter(segment_sync::Column::SegmentId.eq(segment));
    let open = segment_sync::Column::CommittedAt.is_null();
    of.filter(open).filter(segment_sync::Column::AbortedAt.is_null()).lock_exclusive().one(txn).await
}

/// The open lists that were begun before an instant.
pub(super) async fn open_before(db: &impl ConnectionTrait, before: i64) -> Result<Vec<SegmentSyncId>, Fault> {
    let text = "SELECT id FROM segment_sync WHERE committed_at IS NULL AND aborted_at IS NULL AND started_at <= $1";
    let rows = db.query_all_raw(sql(db, text, [before.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Of when the last list holds that was committed for a segment.
pub(super) async fn last_begin(txn: &Txn, segment: SegmentId) -> Result<Option<i64>, Fault> {
    let text = "SELECT MAX(started_at) FROM segment_sync WHERE segment_id = $1 AND committed_at IS NOT NULL";
    let row = txn.query_one_raw(sql(txn, text, [segment.into()])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.flatten())
}

/// Whether a segment is there and takes members.
pub(super) async fn is_active(txn: &Txn, segment: SegmentId) -> Result<bool, Fault> {
    let row = txn.query_one_raw(sql(txn, "SELECT active FROM segment WHERE id = $1", [segment.into()])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false))
}

/// Writes a new list.
pub(super) async fn insert(txn: &Txn, row: segment_sync::ActiveModel) -> Result<segment_sync::Model, DbErr> {
    segment_sync::Entity::insert(row).exec_with_returning(txn).await
}

/// The hash and the problems of a part that was received.
pub(super) async fn part(txn: &Txn, sync: SegmentSyncId, part: i64) -> Result<Option<(String, String)>, Fault> {
    let text = "SELECT body_hash, problems FROM segment_sync_part WHERE sync_id = $1 AND part = $2";
    let row = txn.query_one_raw(sql(txn, text, [sync.into(), part.into()])).await?;
    row.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).transpose()
}

/// Writes that a part was received.
pub(super) async fn add_part(
    txn: &Txn,
    sync: SegmentSyncId,
    part: i64,
    hash: &str,
    problems: &str,
) -> Result<(), Fault> {
    let text = "INSERT INTO segment_sync_part (sync_id, part, body_hash, problems) VALUES ($1, $2, $3, $4)";
    txn.execute_raw(sql(txn, text, [sync.into(), part.into(), hash.into(), problems.into()])).await?;
    Ok(())
}

/// Adds names to a list, and answers how many are new.
pub(super) async fn add_names(txn: &Txn, sync: SegmentSyncId, names: &[PushedName]) -> Result<usize, Fault> {
    if names.is_empty() {
        return Ok(0);
    }
    #[derive(Serialize)]
    struct Row<'a> {
        kind: &'a str,
        name: &'a str,
    }
    let mut rows: Vec<Row<'_>> = names.iter().map(|name| Row { kind: name.kind, name: &name.name }).collect();
    rows.sort_unstable_by_key(|row| (row.kind, row.name));
    let batch = Batch::new(&[("kind", Text), ("name", Text)], &rows);
    let text = format!(
        "INSERT INTO segment_sync_name (sync_id, kind, name) SELECT $2, kind, name FROM {} WHERE TRUE
        ON CONFLICT (sync_id, kind, name) DO NOTHING",
        batch.table(txn, 1)
    );
    let done = txn.execute_raw(sql(txn, text, [batch.value()?, sync.into()])).await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Notes how many distinct names a list has.
pub(super) async fn received(txn: &Txn, sync: SegmentSyncId, received: i64) -> Result<segment_sync::Model, DbErr> {
    let row = segment_sync::ActiveModel { id: Set(sync), received: Set(received), ..Default::default() };
    segment_sync::Entity::update(row).exec(txn).await
}

/// The members of a list, each once and in the order of their ids, and the names that nobody has. An e-mail that several
/// have by now names none of them.
pub(super) async fn listed(txn: &Txn, sync: SegmentSyncId) -> Result<(Vec<MemberId>, Vec<PushedName>), Fault> {
    let text = "WITH found AS (
            SELECT n.kind, n.name, m.id FROM segment_sync_name AS n
                LEFT JOIN member AS m ON m.number = n.name AND m.erased_at IS NULL WHERE n.sync_id = $1 AND n.kind = 'NUMBER'
            UNION ALL
            SELECT n.kind, n.name, CASE WHEN COUNT(m.id) > 1 THEN -1 ELSE MIN(m.id) END FROM segment_sync_name AS n
                LEFT JOIN member AS m ON m.email_folded = n.name WHERE n.sync_id = $1 AND n.kind = 'EMAIL'
                GROUP BY n.kind, n.name
            UNION ALL
            SELECT n.kind, n.name, m.id FROM segment_sync_name AS n
                JOIN member AS m ON m.id = CAST(n.name AS BIGINT) AND m.erased_at IS NULL WHERE n.sync_id = $1 AND n.kind = 'ID'
        ) SELECT kind, CASE WHEN id IS NULL THEN name ELSE '' END, id FROM found WHERE id IS NULL OR id > 0";
    let (mut known, mut names) = (Vec::new(), Vec::new());
    for row in txn.query_all_raw(sql(txn, text, [sync.into()])).await? {
        match row.try_get_by_index::<Option<i64>>(2)? {
            Some(id) => known.push(MemberId(id)),
            None => {
                let kind = if row.try_get_by_index::<String>(0)? == EMAIL { EMAIL } else { NUMBER };
                names.push(PushedName { kind, name: row.try_get_by_index(1)? });
            }
        }
    }
    known.sort_unstable();
    known.dedup();
    Ok((known, names))
}

/// Who belongs to a segment.
pub(super) async fn belonging(txn: &Txn, segment: SegmentId) -> Result<Vec<MemberId>, Fault> {
    let text = "SELECT member_id FROM segment_member WHERE segment_id = $1 ORDER BY member_id";
    let rows = txn.query_all_raw(sql(txn, text, [segment.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Forgets the names of a segment of which nothing was said after an instant.
pub(super) async fn forget_older_names(txn: &Txn, segment: SegmentId, instant: i64) -> Result<(), Fault> {
    let text = "DELETE FROM pushed_name WHERE segment_id = $1 AND emitted_at <= $2";
    txn.execute_raw(sql(txn, text, [segment.into(), instant.into()])).await?;
    Ok(())
}

/// Writes that a list is committed; its names are not needed any more.
pub(super) async fn finish(txn: &Txn, row: segment_sync::ActiveModel) -> Result<segment_sync::Model, DbErr> {
    let row = segment_sync::Entity::update(row).exec(txn).await?;
    let text = "DELETE FROM segment_sync_name WHERE sync_id = $1";
    txn.execute_raw(sql(txn, text, [row.id.into()])).await?;
    Ok(row)
}

/// Forgets some of the lists that were closed before an instant, with what is known of their parts, and answers how many.
/// The last of a segment stays: what was pushed of an instant before it is older.
pub(super) async fn forget(txn: &Txn, before: i64, at_once: i64) -> Result<u64, Fault> {
    let text = "SELECT s.id FROM segment_sync AS s WHERE COALESCE(s.committed_at, s.aborted_at) < $1
        AND (s.committed_at IS NULL OR EXISTS (SELECT 1 FROM segment_sync AS l WHERE l.segment_id = s.segment_id
            AND l.committed_at IS NOT NULL AND l.started_at > s.started_at)) ORDER BY s.id LIMIT $2";
    let rows = txn.query_all_raw(sql(txn, text, [before.into(), at_once.into()])).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let mut forgotten = 0;
    for (table, column) in [("segment_sync_part", "sync_id"), ("segment_sync", "id")] {
        let ids = List::ids(ids.iter().copied());
        let text = format!("DELETE FROM {table} WHERE {column} IN (SELECT id FROM {})", ids.table(txn, 1));
        forgotten = txn.execute_raw(sql(txn, text, [ids.value(txn)?])).await?.rows_affected();
    }
    Ok(forgotten)
}

/// Writes that a list is aborted.
pub(super) async fn abort(txn: &Txn, sync: SegmentSyncId, at: i64) -> Result<segment_sync::Model, DbErr> {
    finish(txn, segment_sync::ActiveModel { id: Set(sync), aborted_at: Set(Some(at)), ..Default::default() }).await
}
