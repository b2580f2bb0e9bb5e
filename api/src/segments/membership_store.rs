//! The SQL of who belongs.

use std::sync::Arc;

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::MembershipVia;
use entity::{member, member_metrics, segment_member};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use serde::Serialize;

use super::SegmentRef;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, sql};
use crate::error::Fault;
use crate::members::{self, MEMBER_COLUMNS, MemberRow};

/// A member as it belongs to a segment.
#[derive(Clone, Debug)]
pub struct Belonging {
    /// The member with its sums.
    pub member: Arc<MemberRow>,
    /// Since when.
    pub joined_at: Millis,
    /// How.
    pub via: MembershipVia,
}

impl FromQueryResult for Belonging {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            member: Arc::new(MemberRow::from_query_result(row, prefix)?),
            joined_at: row.try_get_by_index(MEMBER_COLUMNS)?,
            via: row.try_get_by_index(MEMBER_COLUMNS + 1)?,
        })
    }
}

/// A statement over the members of a segment, without columns.
pub(super) fn select_belonging(segment: SegmentId) -> SelectStatement {
    let mut select = Query::select().from(segment_member::Entity).to_owned();
    join_members(&mut select).and_where(segment_member::Column::SegmentId.eq(segment)).to_owned()
}

/// A statement over memberships alone.
pub(super) fn select_memberships(segment: SegmentId) -> SelectStatement {
    Query::select()
        .columns([segment_member::Column::MemberId, segment_member::Column::JoinedAt, segment_member::Column::Via])
        .from(segment_member::Entity)
        .and_where(segment_member::Column::SegmentId.eq(segment))
        .to_owned()
}

/// A statement over the members of some memberships, without columns.
pub(super) fn select_members_of(memberships: SelectStatement) -> SelectStatement {
    let mut select = Query::select().from_subquery(memberships, segment_member::Entity).to_owned();
    join_members(&mut select).to_owned()
}

fn join_members(select: &mut SelectStatement) -> &mut SelectStatement {
    let of_member = |column| Expr::col(segment_member::Column::MemberId.as_column_ref()).equals(column);
    select.join(JoinType::InnerJoin, member::Entity, of_member(member::Column::Id.as_column_ref())).join(
        JoinType::InnerJoin,
        member_metrics::Entity,
        of_member(member_metrics::Column::MemberId.as_column_ref()),
    )
}

/// Adds the columns of [`Belonging`].
pub(super) fn belonging_columns(select: &mut SelectStatement) {
    members::columns(select);
    select.expr_as(Expr::col(segment_member::Column::JoinedAt.as_column_ref()), "b_joined_at");
    select.expr_as(Expr::col(segment_member::Column::Via.as_column_ref()), "b_via");
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
            SegmentRef::Key(key) if engine::text::is_segment_key(key) => Some(Named { id: None, key: Some(key) }),
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
