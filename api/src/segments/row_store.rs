//! The SQL of a segment's own row while it is worked on, and of what goes with it.

use std::collections::HashSet;

use entity::ids::SegmentId;
use entity::segment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use crate::db::{Txn, for_share, for_update, sql};
use crate::error::Fault;

/// A segment by id.
pub(super) async fn segment(db: &impl ConnectionTrait, id: SegmentId) -> Result<Option<segment::Model>, DbErr> {
    segment::Entity::find_by_id(id).one(db).await
}

/// A segment by key.
pub(super) async fn segment_by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<segment::Model>, DbErr> {
    segment::Entity::find().filter(segment::Column::Key.eq(key)).one(db).await
}

/// How a segment is held while a transaction works on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Kept from being changed or removed, together with others who do the same.
    Kept,
    /// For this transaction alone.
    Locked,
}

/// The segment of an id, held until the transaction ends.
pub(super) async fn hold(txn: &Txn, id: SegmentId, hold: Hold) -> Result<Option<segment::Model>, DbErr> {
    let clause = if hold == Hold::Kept { for_share(txn) } else { for_update(txn) };
    let text = format!("SELECT * FROM segment WHERE id = $1{clause}");
    segment::Model::find_by_statement(sql(txn, text, [id.into()])).one(txn).await
}

/// Writes a new segment; none where its key is taken, also by another operation that has just ended.
pub(super) async fn insert(txn: &Txn, row: segment::ActiveModel) -> Result<Option<segment::Model>, DbErr> {
    let unless_taken = OnConflict::column(segment::Column::Key).do_nothing().to_owned();
    match segment::Entity::insert(row).on_conflict(unless_taken).exec_with_returning(txn).await {
        Ok(made) => Ok(Some(made)),
        Err(DbErr::RecordNotInserted | DbErr::RecordNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The keys that begin with a slug.
pub(super) async fn keys_like(txn: &Txn, slug: &str) -> Result<HashSet<String>, Fault> {
    // A slug holds no sign that LIKE reads as a pattern; a long one is cut for its number.
    let start: String = slug.chars().take(50).collect();
    let keys = segment::Entity::find()
        .select_only()
        .column(segment::Column::Key)
        .filter(segment::Column::Key.starts_with(start));
    Ok(keys.into_tuple::<String>().all(txn).await?.into_iter().collect())
}

/// Gives a segment the pins of another.
pub(super) async fn copy_pins(txn: &Txn, from: SegmentId, to: SegmentId, actor: &str, at: i64) -> Result<(), Fault> {
    let text = "INSERT INTO segment_pin (segment_id, member_id, pinned_in, note, actor, at)
        SELECT $2, member_id, pinned_in, note, $3, $4 FROM segment_pin WHERE segment_id = $1 ORDER BY member_id";
    txn.execute_raw(sql(txn, text, [from.into(), to.into(), actor.into(), at.into()])).await?;
    Ok(())
}

/// Writes what is set of a segment; the violated constraint where its name is taken.
pub(super) async fn update(txn: &Txn, row: segment::ActiveModel) -> Result<segment::Model, DbErr> {
    segment::Entity::update(row).exec(txn).await
}

/// Removes a segment with its memberships, stays, pins, evaluation, what was pushed, figures, days and tags.
pub(super) async fn remove(txn: &Txn, segment: SegmentId) -> Result<(), Fault> {
    for table in [
        "segment_member",
        "segment_past",
        "segment_pin",
        "segment_reference",
        "pushed_member",
        "pushed_name",
        "segment_evaluation",
        "segment_stats",
        "segment_day",
        "segment_tag",
    ] {
        let text = format!("DELETE FROM {table} WHERE segment_id = $1");
        txn.execute_raw(sql(txn, text, [segment.into()])).await?;
    }
    segment::Entity::delete_by_id(segment).exec(txn).await?;
    Ok(())
}
