//! How segments are filtered, sorted and made.

use async_graphql::{Enum, Error, InputObject};

use super::kind::SegmentKind;
use crate::app::App;
use crate::graphql::connection::OrderDirection;
use crate::graphql::filters::{DateFilter, DecimalFilter, FilterSize, FloatFilter, IntFilter, StringFilter};
use crate::graphql::refs::MemberRef;
use crate::members::{self, MemberOrderField};
use crate::segments;

/// `and`, `or` and `not` nest freely. An unknown field is an error, never ignored.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct SegmentFilter {
    and: Option<Vec<SegmentFilter>>,
    or: Option<Vec<SegmentFilter>>,
    not: Option<Box<SegmentFilter>>,
    active: Option<bool>,
    kind: Option<Vec<SegmentKind>>,
    name: Option<StringFilter>,
    description: Option<StringFilter>,
    tag: Option<StringFilter>,
    /// Key of the partner that owns it.
    partner: Option<StringFilter>,
    members: Option<IntFilter>,
    average_transaction_value: Option<DecimalFilter>,
    average_transactions: Option<FloatFilter>,
    average_spending: Option<DecimalFilter>,
    average_clv: Option<DecimalFilter>,
    created_on: Option<DateFilter>,
    /// Segments this member belongs to.
    has_member: Option<MemberRef>,
}

impl SegmentFilter {
    /// The room's filter, with every member it names looked up.
    pub(super) async fn resolved(&self, app: &App) -> Result<segments::SegmentFilter, Error> {
        let mut size = FilterSize::default();
        self.measure(&mut size);
        size.check()?;
        self.resolve(app).await
    }

    fn measure(&self, size: &mut FilterSize) {
        size.filter();
        size.values(self.kind.iter().flatten().count());
        [&self.name, &self.description, &self.tag, &self.partner]
            .into_iter()
            .flatten()
            .for_each(|text| size.text(text));
        let below = [&self.and, &self.or].into_iter().flatten().flatten().chain(self.not.as_deref());
        below.for_each(|filter| filter.measure(size));
    }

    /// Whether it asks for what a partner does not see of its own segments.
    pub(super) fn asks_for_more(&self) -> bool {
        let figures = self.average_transaction_value.is_some()
            || self.average_transactions.is_some()
            || self.average_spending.is_some()
            || self.average_clv.is_some();
        let mut below = [&self.and, &self.or].into_iter().flatten().flatten().chain(self.not.as_deref());
        figures || self.tag.is_some() || self.partner.is_some() || below.any(Self::asks_for_more)
    }

    async fn resolve(&self, app: &App) -> Result<segments::SegmentFilter, Error> {
        use segments::SegmentFilter as Room;
        let mut all = Vec::new();
        for filter in self.and.iter().flatten() {
            all.push(Box::pin(filter.resolve(app)).await?);
        }
        if let Some(filters) = &self.or {
            let mut any = Vec::with_capacity(filters.len());
            for filter in filters {
                any.push(Box::pin(filter.resolve(app)).await?);
            }
            all.push(Room::Any(any));
        }
        if let Some(filter) = &self.not {
            all.push(Room::Not(Box::new(Box::pin(filter.resolve(app)).await?)));
        }
        let digits = app.program().currency.digits();
        let amount = |filter: &DecimalFilter| filter.minor(digits);
        all.extend(self.active.map(Room::Active));
        all.extend(self.kind.as_ref().map(|kinds| Room::Kind(kinds.iter().map(|kind| (*kind).into()).collect())));
        all.extend(self.name.as_ref().map(|filter| Room::Name(filter.folded())));
        all.extend(self.description.as_ref().map(|filter| Room::Description(filter.folded())));
        all.extend(self.tag.as_ref().map(|filter| Room::Tag(filter.folded())));
        all.extend(self.partner.as_ref().map(|filter| Room::Partner(filter.folded())));
        all.extend(self.members.as_ref().map(|filter| Room::Members(filter.range())));
        all.extend(self.average_transaction_value.as_ref().map(|filter| Room::AverageTransactionValue(amount(filter))));
        all.extend(self.average_transactions.as_ref().map(|filter| Room::AverageTransactions(filter.range())));
        all.extend(self.average_spending.as_ref().map(|filter| Room::AverageSpending(amount(filter))));
        all.extend(self.average_clv.as_ref().map(|filter| Room::AverageClv(amount(filter))));
        if let Some(filter) = &self.created_on {
            all.extend(filter.span(app)?.map(Room::Created));
        }
        if let Some(reference) = &self.has_member {
            let found = members::resolve_one(app.db.reader(), &reference.clone().into()).await?;
            all.push(Room::HasMember(found.ok()));
        }
        Ok(Room::All(all))
    }
}

/// What segments are sorted by.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "segments::SegmentOrderField")]
pub(crate) enum SegmentOrderField {
    Name,
    Members,
    AverageTransactionValue,
    AverageTransactions,
    AverageSpending,
    AverageClv,
    CreatedOn,
}

/// Nulls come last in both directions; ties are broken by id: a row whose order and match do not change appears exactly once.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct SegmentOrder {
    pub(super) field: SegmentOrderField,
    #[graphql(default_with = "OrderDirection::Asc")]
    pub(super) direction: OrderDirection,
}

impl SegmentOrder {
    /// Whether it is by what a partner does not see of its own segments.
    pub(super) fn asks_for_more(&self) -> bool {
        use SegmentOrderField::{CreatedOn, Members, Name};
        !matches!(self.field, Name | Members | CreatedOn)
    }
}

impl From<SegmentOrder> for segments::SegmentOrder {
    fn from(SegmentOrder { field, direction }: SegmentOrder) -> Self {
        Self { field: field.into(), descending: direction == OrderDirection::Desc }
    }
}

/// What the members of a segment are sorted by.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum SegmentMemberOrderField {
    JoinedAt,
    Name,
    Spending,
    Transactions,
    LastPurchaseAt,
    Clv,
    PointsBalance,
}

/// Nulls come last in both directions; ties are broken by id.
#[derive(InputObject, Clone, Debug)]
pub(crate) struct SegmentMemberOrder {
    field: SegmentMemberOrderField,
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl SegmentMemberOrder {
    /// Whether it is by what everybody may know who sees the segment.
    pub(super) fn is_by_joining(&self) -> bool {
        self.field == SegmentMemberOrderField::JoinedAt
    }
}

impl From<SegmentMemberOrder> for segments::SegmentMemberOrder {
    fn from(SegmentMemberOrder { field, direction }: SegmentMemberOrder) -> Self {
        use segments::SegmentMemberOrderField::{JoinedAt, Member};
        let field = match field {
            SegmentMemberOrderField::JoinedAt => JoinedAt,
            SegmentMemberOrderField::Name => Member(MemberOrderField::Name),
            SegmentMemberOrderField::Spending => Member(MemberOrderField::Spending),
            SegmentMemberOrderField::Transactions => Member(MemberOrderField::Transactions),
            SegmentMemberOrderField::LastPurchaseAt => Member(MemberOrderField::LastPurchaseAt),
            SegmentMemberOrderField::Clv => Member(MemberOrderField::Clv),
            SegmentMemberOrderField::PointsBalance => Member(MemberOrderField::PointsBalance),
        };
        Self { field, descending: direction == OrderDirection::Desc }
    }
}
