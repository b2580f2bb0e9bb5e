//! The SQL of memberships: who belongs, who comes and goes, and the log of it.

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason, MembershipVia};
use entity::{member, member_metrics, segment, segment_member};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use serde::Serialize;

use super::SegmentRef;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;
use crate::members::{self, MemberRow};

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

/// Takes everybody out of a segment that is about to be removed, with an event for each.
pub(super) async fn empty(txn: &Txn, segment: &segment::Model, event: &Event<'_>) -> Result<(), Fault> {
    let text = format!(
        "{LOG} SELECT $1, $2, $3, member_id, $4, $5, $6, $7 FROM segment_member WHERE segment_id = $1 ORDER BY member_id"
    );
    txn.execute_raw(sql(txn, text, event_values(segment, event))).await?;
    txn.execute_raw(sql(txn, "DELETE FROM segment_member WHERE segment_id = $1", [segment.id.into()])).await?;
    Ok(())
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
