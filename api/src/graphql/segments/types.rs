//! A segment.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object};

use super::input::SegmentMemberOrder;
use super::members::SegmentMemberConnection;
use crate::db::page::PageArguments;
use crate::exports;
use crate::global_id::GlobalId;
use crate::graphql::access::{ANYONE, caller};
use crate::graphql::connection::int;
use crate::graphql::exports::{ExportFormat, ExportLayout, ExportLink};
use crate::graphql::loaders::{MembersOf, Part, TagsOf, load};
use crate::graphql::members::{MemberFilter, search};
use crate::graphql::program::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{RequestScope, app};
use crate::segments::{self, SegmentMemberList, SegmentMemberOrderField, SegmentRow};

/// Who decides on membership.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::SegmentKind")]
pub(crate) enum SegmentKind {
    /// Who belongs was chosen by hand or by a file.
    Manual,
}

/// A named group of members.
#[derive(Clone)]
pub(crate) struct Segment(Arc<SegmentRow>);

impl Segment {
    pub(crate) fn new(row: impl Into<Arc<SegmentRow>>) -> Self {
        Self(row.into())
    }
}

/// A named group of members.
#[Object]
impl Segment {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Segment(self.0.segment.id).text().into()
    }

    /// A stable handle of the caller's choice, unique; partners and files use it.
    async fn key(&self) -> &str {
        &self.0.segment.key
    }

    async fn name(&self) -> &str {
        &self.0.segment.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.segment.description.as_deref()
    }

    async fn kind(&self) -> SegmentKind {
        self.0.segment.kind.into()
    }

    async fn active(&self) -> bool {
        self.0.segment.active
    }

    /// Since when an inactive segment's membership has stood still.
    async fn frozen_at(&self) -> Option<DateTime> {
        self.0.segment.frozen_at.map(DateTime)
    }

    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>, Error> {
        Ok(load(ctx, TagsOf(self.0.segment.id)).await?.unwrap_or_default())
    }

    /// Grows with every change of the definition; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.segment.version)
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.segment.created_at)
    }

    async fn created_by(&self) -> Option<&str> {
        self.0.segment.created_by.as_deref()
    }

    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.segment.updated_at)
    }

    /// How many members belong.
    async fn member_count(&self) -> i32 {
        int(self.0.stats.members)
    }

    /// Members who may be contacted (marketing consent given, not erased).
    async fn reachable_count(&self) -> i32 {
        int(self.0.stats.reachable)
    }

    /// Net spending of all members divided by the number of their transactions. Null without transactions.
    async fn average_transaction_value(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.stats.average_transaction_value.map(|minor| Money::new(ctx, minor))
    }

    /// Transactions per member; members who never bought count too. Null without members.
    async fn average_transactions(&self) -> Option<f64> {
        self.0.stats.average_transactions
    }

    /// Net spending per member over the last 12 months. Null without members.
    async fn average_spending(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.stats.average_spending.map(|minor| Money::new(ctx, minor))
    }

    /// Mean of the members' historic lifetime value (net spending × gross margin). Null without members.
    async fn average_clv(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.stats.average_clv.map(|minor| Money::new(ctx, minor))
    }

    /// The instant for which the figures above hold.
    async fn stats_at(&self) -> DateTime {
        DateTime(self.0.stats.stats_at)
    }

    /// Who belongs now; who came last comes first where no order is given.
    #[allow(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(name = "search")] search_text: Option<String>,
        filter: Option<MemberFilter>,
        order_by: Option<SegmentMemberOrder>,
    ) -> Result<SegmentMemberConnection, Error> {
        let filter = match filter {
            Some(filter) => Some(filter.resolved(app(ctx)).await?),
            None => None,
        };
        let newest = segments::SegmentMemberOrder { field: SegmentMemberOrderField::JoinedAt, descending: true };
        let list =
            SegmentMemberList { search: search(search_text)?, filter, order: order_by.map_or(newest, Into::into) };
        let segment = self.0.segment.id;
        let page = PageArguments { first, after, last, before };
        let slice = load(ctx, Part::new(segment, MembersOf { list: list.clone(), page })).await?.unwrap_or_default();
        Ok(SegmentMemberConnection::new(&slice, segment, list))
    }

    /// A link good for a few minutes that streams the member list, without any size limit.
    #[graphql(guard = "ANYONE")]
    async fn export(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ExportFormat::Csv")] format: ExportFormat,
        #[graphql(default_with = "ExportLayout::Full")] layout: ExportLayout,
    ) -> Result<ExportLink, Error> {
        let scope = ctx.data_unchecked::<RequestScope>();
        let link = exports::ask(app(ctx), caller(ctx)?, &scope.reached, &self.0, (format.into(), layout.into()))?;
        Ok(link.into())
    }
}
