//! The SQL of stays: those that last are memberships, those that are over are kept beside them.

use engine::calendar::Millis;
use entity::ids::{MemberId, SegmentId};
use entity::{segment_member, segment_past};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, IdenStatic};

use super::Stayed;

/// One of the members asked for.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Stay {
    pub(super) member_id: MemberId,
}

const STAY: &str = "stay";
const MEMBER_ID: &str = "member_id";

/// The column by which stays are paged.
pub(super) fn member_id() -> Expr {
    Expr::col((Alias::new(STAY), Alias::new(MEMBER_ID)))
}

/// A statement over the members of a segment that are asked for, each once.
pub(super) fn select(segment: SegmentId, which: Stayed) -> SelectStatement {
    let stays = match which {
        Stayed::At(at) => {
            let mut stays = lasting(segment, segment_member::Column::JoinedAt.lte(at).into());
            stays.union(UnionType::All, over(segment, spanning(at))).to_owned()
        }
        Stayed::Joined(from, to) => {
            // A member belongs at an instant by one stay at most: who belonged at `to` by a stay that began after `from`
            // came in between, unless another stay spans `from`.
            let began = Condition::all()
                .add(segment_member::Column::JoinedAt.gt(from))
                .add(segment_member::Column::JoinedAt.lte(to))
                .add(stayed_at(segment, segment_member::Column::MemberId.as_column_ref(), from).not());
            let ended_later = Condition::all()
                .add(segment_past::Column::JoinedAt.gt(from))
                .add(spanning(to))
                .add(stayed_at(segment, segment_past::Column::MemberId.as_column_ref(), from).not());
            let mut stays = lasting(segment, began);
            stays.union(UnionType::All, over(segment, ended_later)).to_owned()
        }
        Stayed::Left(from, to) => {
            let member = || segment_past::Column::MemberId.as_column_ref();
            let ended = Condition::all()
                .add(spanning(from))
                .add(segment_past::Column::LeftAt.lte(to))
                .add(stayed_at(segment, member(), to).not())
                .add(belongs_at(segment, member(), to).not());
            over(segment, ended)
        }
    };
    Query::select().expr_as(member_id(), MEMBER_ID).from_subquery(stays, STAY).to_owned()
}

/// Stays that last.
fn lasting(segment: SegmentId, condition: Condition) -> SelectStatement {
    Query::select()
        .column(segment_member::Column::MemberId)
        .from(segment_member::Entity)
        .and_where(segment_member::Column::SegmentId.eq(segment))
        .cond_where(condition)
        .to_owned()
}

/// Stays that are over.
fn over(segment: SegmentId, condition: Condition) -> SelectStatement {
    Query::select()
        .column(segment_past::Column::MemberId)
        .from(segment_past::Entity)
        .and_where(segment_past::Column::SegmentId.eq(segment))
        .cond_where(condition)
        .to_owned()
}

/// The stay was under way at the instant.
fn spanning(at: Millis) -> Condition {
    Condition::all().add(segment_past::Column::JoinedAt.lte(at)).add(segment_past::Column::LeftAt.gt(at))
}

/// A stay that is over by now was under way at the instant.
fn stayed_at(segment: SegmentId, member: impl sea_orm::sea_query::IntoColumnRef, at: Millis) -> Expr {
    let other = Alias::new("other");
    let column = |column: segment_past::Column| Expr::col((other.clone(), Alias::new(column.as_str())));
    let stay = Query::select()
        .expr(Expr::val(1))
        .from_as(segment_past::Entity, other.clone())
        .and_where(column(segment_past::Column::SegmentId).eq(segment.0))
        .and_where(column(segment_past::Column::MemberId).equals(member))
        .and_where(column(segment_past::Column::JoinedAt).lte(at))
        .and_where(column(segment_past::Column::LeftAt).gt(at))
        .to_owned();
    Expr::exists(stay)
}

/// A stay that lasts was under way at the instant.
fn belongs_at(segment: SegmentId, member: impl sea_orm::sea_query::IntoColumnRef, at: Millis) -> Expr {
    let stay = Query::select()
        .expr(Expr::val(1))
        .from(segment_member::Entity)
        .and_where(segment_member::Column::SegmentId.eq(segment))
        .and_where(Expr::col(segment_member::Column::MemberId.as_column_ref()).equals(member))
        .and_where(segment_member::Column::JoinedAt.lte(at))
        .to_owned();
    Expr::exists(stay)
}
