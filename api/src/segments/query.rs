//! How segments, and the members of one, are filtered and sorted.

use engine::calendar::Span;
use entity::ids::{MemberId, PartnerId};
use entity::kinds::SegmentKind;
use entity::{partner, segment, segment_member, segment_stats, segment_tag};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{ColumnTrait, IdenStatic};

use crate::db::filter::{Range, TextFilter, all, any, not};
use crate::db::page::{KeyKind, Order};
use crate::members::{self, MemberOrder, MemberOrderField};

/// Which segments. Built from what the API takes, with every name resolved.
#[derive(Clone, Debug)]
pub enum SegmentFilter {
    /// Every one of these holds.
    All(Vec<SegmentFilter>),
    /// One of these holds.
    Any(Vec<SegmentFilter>),
    /// This does not hold.
    Not(Box<SegmentFilter>),
    /// Active or not.
    Active(bool),
    /// Of one of these kinds.
    Kind(Vec<SegmentKind>),
    /// The name.
    Name(TextFilter),
    /// The description.
    Description(TextFilter),
    /// One of its tags.
    Tag(TextFilter),
    /// The key of the partner that owns it.
    Partner(TextFilter),
    /// Of this partner.
    Owned(PartnerId),
    /// How many members.
    Members(Range<i64>),
    /// In minor units; none of all where the amounts asked for cannot be.
    AverageTransactionValue(Option<Range<i64>>),
    /// Transactions per member.
    AverageTransactions(Range<f64>),
    /// In minor units.
    AverageSpending(Option<Range<i64>>),
    /// In minor units.
    AverageClv(Option<Range<i64>>),
    /// Made within the span.
    Created(Span),
    /// This member belongs; none where there is no such member.
    HasMember(Option<MemberId>),
}

/// What segments are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentOrderField {
    /// The name.
    Name,
    /// How many members.
    Members,
    /// See the figure of that name.
    AverageTransactionValue,
    /// See the figure of that name.
    AverageTransactions,
    /// See the figure of that name.
    AverageSpending,
    /// See the figure of that name.
    AverageClv,
    /// When it was made.
    CreatedOn,
}

/// An order of segments.
#[derive(Clone, Copy, Debug)]
pub struct SegmentOrder {
    /// By what.
    pub field: SegmentOrderField,
    /// The largest first.
    pub descending: bool,
}

/// What the members of a segment are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentMemberOrderField {
    /// When the member came.
    JoinedAt,
    /// By what members are sorted everywhere.
    Member(MemberOrderField),
}

/// An order of a segment's members.
#[derive(Clone, Copy, Debug)]
pub struct SegmentMemberOrder {
    /// By what.
    pub field: SegmentMemberOrderField,
    /// The largest first.
    pub descending: bool,
}

/// The condition on `segment` and `segment_stats` that a filter means.
pub(super) fn condition(filter: &SegmentFilter) -> Condition {
    let text = |column: segment::Column, filter: &TextFilter| filter.condition(&Expr::col(column.as_column_ref()));
    let stats = |column: segment_stats::Column| Expr::col(column.as_column_ref());
    let amount = |column: segment_stats::Column, range: &Option<Range<i64>>| match range {
        Some(range) => range.condition(&stats(column)),
        None => Condition::all().add(Expr::val(false)),
    };
    let is = |expression: Expr| Condition::all().add(expression);
    match filter {
        SegmentFilter::All(filters) => all(filters.iter().map(condition)),
        SegmentFilter::Any(filters) => any(filters.iter().map(condition)),
        SegmentFilter::Not(filter) => is(not(condition(filter))),
        SegmentFilter::Active(active) => is(segment::Column::Active.eq(*active)),
        SegmentFilter::Kind(kinds) => is(segment::Column::Kind.is_in(kinds.iter().copied())),
        SegmentFilter::Name(filter) => text(segment::Column::NameFolded, filter),
        SegmentFilter::Description(filter) => text(segment::Column::DescriptionFolded, filter),
        // Nothing asked for leaves nothing out, segments without a tag neither.
        SegmentFilter::Tag(filter) if *filter == TextFilter::default() => Condition::all(),
        SegmentFilter::Tag(filter) => is(tagged(filter)),
        SegmentFilter::Members(range) => range.condition(&stats(segment_stats::Column::Members)),
        SegmentFilter::AverageTransactionValue(range) => amount(segment_stats::Column::AverageTransactionValue, range),
        SegmentFilter::AverageTransactions(range) => {
            range.condition(&stats(segment_stats::Column::AverageTransactions))
        }
        SegmentFilter::AverageSpending(range) => amount(segment_stats::Column::AverageSpending, range),
        SegmentFilter::AverageClv(range) => amount(segment_stats::Column::AverageClv, range),
        SegmentFilter::Created(span) => Condition::all()
            .add(segment::Column::CreatedAt.gte(span.from))
            .add(segment::Column::CreatedAt.lt(span.until)),
        SegmentFilter::Partner(filter) => is(of_partner(filter)),
        SegmentFilter::Owned(partner) => is(segment::Column::PartnerId.eq(*partner)),
        SegmentFilter::HasMember(None) => is(Expr::val(false)),
        SegmentFilter::HasMember(Some(member)) => is(has_member(*member)),
    }
}

fn tagged(filter: &TextFilter) -> Expr {
    let tags = Query::select()
        .column(segment_tag::Column::SegmentId)
        .from(segment_tag::Entity)
        .cond_where(filter.condition(&Expr::col(segment_tag::Column::TagFolded.as_column_ref())))
        .to_owned();
    segment::Column::Id.in_subquery(tags)
}

fn of_partner(filter: &TextFilter) -> Expr {
    let partners = Query::select()
        .column(partner::Column::Id)
        .from(partner::Entity)
        .cond_where(filter.condition(&Expr::col(partner::Column::Key.as_column_ref())))
        .to_owned();
    segment::Column::PartnerId.in_subquery(partners)
}

fn has_member(member: MemberId) -> Expr {
    let segments = Query::select()
        .column(segment_member::Column::SegmentId)
        .from(segment_member::Entity)
        .and_where(segment_member::Column::MemberId.eq(member))
        .to_owned();
    segment::Column::Id.in_subquery(segments)
}

/// The order for a page over `segment` and `segment_stats`.
pub(super) fn order(SegmentOrder { field, descending }: SegmentOrder) -> Order {
    let of_segment = |column: segment::Column, kind| (Expr::col(column.as_column_ref()), column.as_str(), kind, false);
    let of_stats = |column: segment_stats::Column, kind, nullable| {
        (Expr::col(column.as_column_ref()), column.as_str(), kind, nullable)
    };
    let (key, name, kind, nullable) = match field {
        SegmentOrderField::Name => of_segment(segment::Column::NameFolded, KeyKind::Text),
        SegmentOrderField::CreatedOn => of_segment(segment::Column::CreatedAt, KeyKind::Int),
        SegmentOrderField::Members => of_stats(segment_stats::Column::Members, KeyKind::Int, false),
        SegmentOrderField::AverageTransactionValue => {
            of_stats(segment_stats::Column::AverageTransactionValue, KeyKind::Int, true)
        }
        SegmentOrderField::AverageTransactions => {
            of_stats(segment_stats::Column::AverageTransactions, KeyKind::Real, true)
        }
        SegmentOrderField::AverageSpending => of_stats(segment_stats::Column::AverageSpending, KeyKind::Int, true),
        SegmentOrderField::AverageClv => of_stats(segment_stats::Column::AverageClv, KeyKind::Int, true),
    };
    let tag = format!("segment.{name}:{}", if descending { "desc" } else { "asc" });
    Order { tag: tag.into(), key, kind, nullable, descending, id: Expr::col(segment::Column::Id.as_column_ref()) }
}

/// The order for a page over `segment_member`, `member` and `member_metrics`.
pub(super) fn member_order(SegmentMemberOrder { field, descending }: SegmentMemberOrder) -> Order {
    match field {
        SegmentMemberOrderField::Member(field) => members::order(MemberOrder { field, descending }),
        SegmentMemberOrderField::JoinedAt => Order {
            tag: format!("segment_member.joined_at:{}", if descending { "desc" } else { "asc" }).into(),
            key: Expr::col(segment_member::Column::JoinedAt.as_column_ref()),
            kind: KeyKind::Int,
            nullable: false,
            descending,
            id: Expr::col(segment_member::Column::MemberId.as_column_ref()),
        },
    }
}
