//! How members are filtered and sorted.

use engine::calendar::Span;
use entity::ids::SegmentId;
use entity::{member, member_label, member_metrics, segment_member};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{ColumnTrait, IdenStatic};

use crate::db::filter::{Range, TextFilter, all, any, not};
use crate::db::page::{KeyKind, Order};

/// Which members. Built from what the API takes, with every name resolved.
#[derive(Clone, Debug)]
pub enum MemberFilter {
    /// Every one of these holds.
    All(Vec<MemberFilter>),
    /// One of these holds.
    Any(Vec<MemberFilter>),
    /// This does not hold.
    Not(Box<MemberFilter>),
    /// The shop's number.
    Number(TextFilter),
    /// First and last name with a blank between.
    Name(TextFilter),
    /// The e-mail.
    Email(TextFilter),
    /// The country.
    Country(TextFilter),
    /// The city.
    City(TextFilter),
    /// The tier.
    Tier(TextFilter),
    /// A label.
    Label(LabelFilter),
    /// In the programme, or an identified guest.
    Enrolled(bool),
    /// May be contacted.
    MarketingConsent(bool),
    /// Net spending in minor units; none of all where the amounts asked for cannot be.
    Spending(Option<Range<i64>>),
    /// Purchases.
    Transactions(Range<i64>),
    /// The latest purchase lies in the span.
    LastPurchase(Span),
    /// The points balance.
    PointsBalance(Range<i64>),
    /// Belongs to this segment; none where there is no such segment.
    InSegment(Option<SegmentId>),
}

/// Which label.
#[derive(Clone, Debug)]
pub struct LabelFilter {
    /// The label's key, folded.
    pub key: String,
    /// Its value; any where absent.
    pub value: Option<TextFilter>,
}

/// What members are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberOrderField {
    /// First and last name.
    Name,
    /// The shop's number.
    Number,
    /// When the member was first recorded.
    CreatedAt,
    /// Net spending.
    Spending,
    /// Purchases.
    Transactions,
    /// The latest purchase.
    LastPurchaseAt,
    /// Historic lifetime value: spending times a margin that is the same for all.
    Clv,
    /// The points balance.
    PointsBalance,
}

/// An order of members.
#[derive(Clone, Copy, Debug)]
pub struct MemberOrder {
    /// By what.
    pub field: MemberOrderField,
    /// The largest first.
    pub descending: bool,
}

/// The condition on `member` and `member_metrics` that a filter means.
pub fn condition(filter: &MemberFilter) -> Condition {
    let text = |column: member::Column, filter: &TextFilter| filter.condition(&Expr::col(column.as_column_ref()));
    let number =
        |column: member_metrics::Column, range: &Range<i64>| range.condition(&Expr::col(column.as_column_ref()));
    let is = |expression: Expr| Condition::all().add(expression);
    match filter {
        MemberFilter::All(filters) => all(filters.iter().map(condition)),
        MemberFilter::Any(filters) => any(filters.iter().map(condition)),
        MemberFilter::Not(filter) => is(not(condition(filter))),
        MemberFilter::Number(filter) => text(member::Column::NumberFolded, filter),
        MemberFilter::Name(filter) => text(member::Column::NameFolded, filter),
        MemberFilter::Email(filter) => text(member::Column::EmailFolded, filter),
        MemberFilter::Country(filter) => text(member::Column::CountryFolded, filter),
        MemberFilter::City(filter) => text(member::Column::CityFolded, filter),
        MemberFilter::Tier(filter) => text(member::Column::TierFolded, filter),
        MemberFilter::Label(filter) => is(labelled(filter)),
        MemberFilter::Enrolled(true) => is(member::Column::EnrolledAt.is_not_null()),
        MemberFilter::Enrolled(false) => is(member::Column::EnrolledAt.is_null()),
        MemberFilter::MarketingConsent(consent) => is(member::Column::MarketingConsent.eq(*consent)),
        MemberFilter::Spending(Some(range)) => number(member_metrics::Column::Spending, range),
        MemberFilter::Spending(None) | MemberFilter::InSegment(None) => is(Expr::val(false)),
        MemberFilter::Transactions(range) => number(member_metrics::Column::Transactions, range),
        MemberFilter::LastPurchase(span) => Condition::all()
            .add(member_metrics::Column::LastPurchaseAt.gte(span.from))
            .add(member_metrics::Column::LastPurchaseAt.lt(span.until)),
        MemberFilter::PointsBalance(range) => number(member_metrics::Column::PointsBalance, range),
        MemberFilter::InSegment(Some(segment)) => is(belongs_to(*segment)),
    }
}

fn labelled(filter: &LabelFilter) -> Expr {
    let mut labels = Query::select();
    labels
        .column(member_label::Column::MemberId)
        .from(member_label::Entity)
        .and_where(member_label::Column::KeyFolded.eq(filter.key.as_str()));
    if let Some(value) = &filter.value {
        labels.cond_where(value.condition(&Expr::col(member_label::Column::ValueFolded.as_column_ref())));
    }
    member::Column::Id.in_subquery(labels.to_owned())
}

fn belongs_to(segment: SegmentId) -> Expr {
    let members = Query::select()
        .column(segment_member::Column::MemberId)
        .from(segment_member::Entity)
        .and_where(segment_member::Column::SegmentId.eq(segment))
        .to_owned();
    member::Column::Id.in_subquery(members)
}

/// The order for a page over `member` and `member_metrics`.
pub fn order(MemberOrder { field, descending }: MemberOrder) -> Order {
    let of_member =
        |column: member::Column, kind| (Expr::col(column.as_column_ref()), column.as_str().to_owned(), kind, false);
    let of_metrics = |column: member_metrics::Column| {
        let nullable = matches!(column, member_metrics::Column::LastPurchaseAt);
        (Expr::col(column.as_column_ref()), column.as_str().to_owned(), KeyKind::Int, nullable)
    };
    let (key, name, kind, nullable) = match field {
        MemberOrderField::Name => of_member(member::Column::NameFolded, KeyKind::Text),
        MemberOrderField::Number => of_member(member::Column::NumberFolded, KeyKind::Text),
        MemberOrderField::CreatedAt => of_member(member::Column::CreatedAt, KeyKind::Int),
        MemberOrderField::Spending | MemberOrderField::Clv => of_metrics(member_metrics::Column::Spending),
        MemberOrderField::Transactions => of_metrics(member_metrics::Column::Transactions),
        MemberOrderField::LastPurchaseAt => of_metrics(member_metrics::Column::LastPurchaseAt),
        MemberOrderField::PointsBalance => of_metrics(member_metrics::Column::PointsBalance),
    };
    let tag = format!("member.{name}:{}", if descending { "desc" } else { "asc" });
    Order { tag: tag.into(), key, kind, nullable, descending, id: Expr::col(member::Column::Id.as_column_ref()) }
}
