//! The SQL of segments.

use std::collections::{HashMap, HashSet};

use engine::calendar::Millis;
use engine::text::fold;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason, MembershipVia};
use entity::{member, member_metrics, segment, segment_member, segment_stats, segment_tag};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryFilter, QueryOrder,
    QueryResult, QuerySelect,
};
use serde::Serialize;

use super::SegmentRef;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, for_share, for_update, sql};
use crate::error::Fault;
use crate::members::{self, MemberRow};

/// A segment with its figures: what always goes together.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRow {
    /// What it is.
    pub segment: segment::Model,
    /// Its figures.
    pub stats: segment_stats::Model,
}

impl FromQueryResult for SegmentRow {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self {
            segment: segment::Model::from_query_result(row, "s_")?,
            stats: segment_stats::Model::from_query_result(row, "f_")?,
        })
    }
}

/// A member as it belongs to a segment.
#[derive(Clone, Debug)]
pub struct Belonging {
    /// The member with its sums.
    pub member: MemberRow,
    /// Since when.
    pub joined_at: Millis,
    /// How.
    pub via: MembershipVia,
}

impl FromQueryResult for Belonging {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            member: MemberRow::from_query_result(row, prefix)?,
            joined_at: row.try_get("", "b_joined_at")?,
            via: row.try_get("", "b_via")?,
        })
    }
}

/// A tag with how many segments have it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TagCount {
    /// As one of the segments spells it.
    pub tag: String,
    /// How many.
    pub segments: i64,
}

/// A statement over segments and their figures, without columns.
pub(super) fn select() -> SelectStatement {
    Query::select()
        .from(segment::Entity)
        .join(
            JoinType::InnerJoin,
            segment_stats::Entity,
            Expr::col((segment_stats::Entity, segment_stats::Column::SegmentId))
                .equals((segment::Entity, segment::Column::Id)),
        )
        .to_owned()
}

/// Adds the columns of [`SegmentRow`].
pub(super) fn columns(select: &mut SelectStatement) {
    for column in segment::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), format!("s_{}", column.as_str()));
    }
    for column in segment_stats::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), format!("f_{}", column.as_str()));
    }
}

/// A statement over the members of a segment, without columns.
pub(super) fn select_belonging(segment: SegmentId) -> SelectStatement {
    let of_member = |column| Expr::col(segment_member::Column::MemberId.as_column_ref()).equals(column);
    Query::select()
        .from(segment_member::Entity)
        .join(JoinType::InnerJoin, member::Entity, of_member(member::Column::Id.as_column_ref()))
        .join(JoinType::InnerJoin, member_metrics::Entity, of_member(member_metrics::Column::MemberId.as_column_ref()))
        .and_where(segment_member::Column::SegmentId.eq(segment))
        .to_owned()
}

/// Adds the columns of [`Belonging`].
pub(super) fn belonging_columns(select: &mut SelectStatement) {
    members::columns(select);
    select.expr_as(Expr::col(segment_member::Column::JoinedAt.as_column_ref()), "b_joined_at");
    select.expr_as(Expr::col(segment_member::Column::Via.as_column_ref()), "b_via");
}

/// The segments of ids, with their figures, in no order.
pub(super) async fn rows_of(db: &impl ConnectionTrait, ids: Vec<SegmentId>) -> Result<Vec<SegmentRow>, Fault> {
    let mut select = select();
    columns(&mut select);
    select.and_where(segment::Column::Id.is_in(ids));
    let statement = db.get_database_backend().build(&select);
    Ok(SegmentRow::find_by_statement(statement).all(db).await?)
}

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

/// Writes a new segment.
pub(super) async fn insert(txn: &Txn, row: segment::ActiveModel) -> Result<segment::Model, DbErr> {
    segment::Entity::insert(row).exec_with_returning(txn).await
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

#[derive(Serialize)]
struct Id {
    id: i64,
}

const ID: &[(&str, Column)] = &[("id", Int)];

fn ids(members: &[MemberId]) -> Vec<Id> {
    members.iter().map(|member| Id { id: member.0 }).collect()
}

#[derive(FromQueryResult)]
struct Moved {
    member_id: MemberId,
}

/// Adds members to a segment and answers who came.
pub(super) async fn join(
    txn: &Txn,
    segment: SegmentId,
    members: &[MemberId],
    at: Millis,
) -> Result<Vec<MemberId>, Fault> {
    let ids = ids(members);
    let batch = Batch::new(ID, &ids);
    let text = format!(
        "INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT $2, batch.id, $3, $4 FROM {} WHERE TRUE ORDER BY batch.id
        ON CONFLICT (segment_id, member_id) DO NOTHING RETURNING member_id",
        batch.table(txn, 1)
    );
    let values = [batch.value()?, segment.into(), at.into(), MembershipVia::Assigned.word().into()];
    let moved = Moved::find_by_statement(sql(txn, text, values)).all(txn).await?;
    Ok(moved.into_iter().map(|moved| moved.member_id).collect())
}

/// Takes members out of a segment and answers who left.
pub(super) async fn leave(txn: &Txn, segment: SegmentId, members: &[MemberId]) -> Result<Vec<MemberId>, Fault> {
    let ids = ids(members);
    let batch = Batch::new(ID, &ids);
    let text = format!(
        "DELETE FROM segment_member WHERE segment_id = $2 AND member_id IN (SELECT id FROM {}) RETURNING member_id",
        batch.table(txn, 1)
    );
    let moved = Moved::find_by_statement(sql(txn, text, [batch.value()?, segment.into()])).all(txn).await?;
    Ok(moved.into_iter().map(|moved| moved.member_id).collect())
}

/// A coming or going, as the log keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// Coming or going.
    pub(super) kind: MembershipEventKind,
    /// Why.
    pub(super) reason: MembershipReason,
    /// When.
    pub(super) at: Millis,
    /// By whom.
    pub(super) actor: &'a str,
}

const LOG: &str =
    "INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)";

/// Writes an event for each of some members.
pub(super) async fn log(
    txn: &Txn,
    segment: &segment::Model,
    members: &[MemberId],
    event: &Event<'_>,
) -> Result<(), Fault> {
    let mut members = members.to_vec();
    members.sort_unstable();
    let ids = ids(&members);
    let batch = Batch::new(ID, &ids);
    let text = format!("{LOG} SELECT $2, $3, $4, batch.id, $5, $6, $7, $8 FROM {}", batch.table(txn, 1));
    let values = std::iter::once(batch.value()?).chain(event_values(segment, event));
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

fn event_values(segment: &segment::Model, event: &Event<'_>) -> [sea_orm::Value; 7] {
    [
        segment.id.into(),
        segment.key.as_str().into(),
        segment.name.as_str().into(),
        event.kind.word().into(),
        event.reason.word().into(),
        event.at.into(),
        event.actor.into(),
    ]
}

/// Removes a segment with everything of it but the log, which gets an event for each member.
pub(super) async fn remove(txn: &Txn, segment: &segment::Model, event: &Event<'_>) -> Result<(), Fault> {
    let text = format!(
        "{LOG} SELECT $1, $2, $3, member_id, $4, $5, $6, $7 FROM segment_member WHERE segment_id = $1 ORDER BY member_id"
    );
    txn.execute_raw(sql(txn, text, event_values(segment, event))).await?;
    for table in ["segment_member", "segment_stats", "segment_tag"] {
        let text = format!("DELETE FROM {table} WHERE segment_id = $1");
        txn.execute_raw(sql(txn, text, [segment.id.into()])).await?;
    }
    segment::Entity::delete_by_id(segment.id).exec(txn).await?;
    Ok(())
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
pub(super) async fn write_tags(txn: &Txn, segment: SegmentId, tags: &[String]) -> Result<(), Fault> {
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
pub(super) async fn tags_of(
    db: &impl ConnectionTrait,
    ids: &[SegmentId],
) -> Result<HashMap<SegmentId, Vec<String>>, Fault> {
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
pub(super) async fn tags(db: &impl ConnectionTrait) -> Result<Vec<TagCount>, Fault> {
    let text = "SELECT MIN(tag) AS tag, COUNT(*) AS segments FROM segment_tag GROUP BY tag_folded ORDER BY tag_folded";
    Ok(TagCount::find_by_statement(sql(db, text, [])).all(db).await?)
}

#[derive(FromQueryResult)]
struct Membership {
    id: SegmentId,
    key: String,
    belongs: i64,
}

/// Whether a member belongs to each of some segments; those that are not known are missing.
pub(super) async fn memberships(
    db: &impl ConnectionTrait,
    member: MemberId,
    segments: &[SegmentRef],
) -> Result<Vec<(SegmentId, String, bool)>, Fault> {
    #[derive(Serialize)]
    struct Named<'a> {
        id: Option<i64>,
        key: Option<&'a str>,
    }
    let named: Vec<Named<'_>> = segments
        .iter()
        .filter_map(|segment| match segment {
            SegmentRef::Id(id) => Some(Named { id: Some(id.0), key: None }),
            SegmentRef::Key(key) if engine::text::is_key(key) => Some(Named { id: None, key: Some(key) }),
            SegmentRef::Key(_) | SegmentRef::Unreadable => None,
        })
        .collect();
    let batch = Batch::new(&[("id", Int), ("key", Text)], &named);
    let text = format!(
        "SELECT DISTINCT s.id, s.key, CAST(CASE WHEN m.member_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS belongs
        FROM {} JOIN segment AS s ON s.id = batch.id OR s.key = batch.key
        LEFT JOIN segment_member AS m ON m.segment_id = s.id AND m.member_id = $2",
        batch.table(db, 1)
    );
    let found = Membership::find_by_statement(sql(db, text, [batch.value()?, member.into()])).all(db).await?;
    Ok(found.into_iter().map(|row| (row.id, row.key, row.belongs == 1)).collect())
}
