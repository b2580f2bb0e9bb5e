//! The value snapshot.

use std::sync::Arc;

use async_graphql::{Context, Error, Object};
use engine::insights::{self, SnapshotGroup};

use super::sentences;
use crate::exports::{self, Asker, Exported, Group};
use crate::graphql::RequestScope;
use crate::graphql::access::{ANYONE, caller};
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::exports::{ExportFormat, ExportLayout, ExportLink};
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{Date, DateTime};
use crate::insights::Kept;
use crate::segments::SegmentRow;

/// Members against non-members, over the last 12 months or since launch where that is shorter.
pub(crate) struct ValueSnapshot {
    kept: Arc<Kept<insights::ValueSnapshot>>,
    /// Whose members; none: everybody.
    segment: Option<Arc<SegmentRow>>,
}

/// The figures of a group of customers.
pub(crate) struct SnapshotFigures {
    figures: insights::SnapshotFigures,
    group: SnapshotGroup,
    period: insights::Period,
    segment: Option<Arc<SegmentRow>>,
}

impl ValueSnapshot {
    pub(crate) fn new(kept: Arc<Kept<insights::ValueSnapshot>>, segment: Option<Arc<SegmentRow>>) -> Self {
        Self { kept, segment }
    }

    fn figures(&self, group: SnapshotGroup, figures: insights::SnapshotFigures) -> SnapshotFigures {
        SnapshotFigures { figures, group, period: self.kept.answer.period, segment: self.segment.clone() }
    }
}

/// Members against non-members, over the last 12 months or since launch where that is shorter.
#[Object]
impl ValueSnapshot {
    /// Everything recorded by then was seen; who is a member, and who has redeemed, is as of then.
    async fn as_of(&self) -> DateTime {
        DateTime(self.kept.as_of)
    }

    /// What a reader must know.
    async fn notes(&self) -> Vec<String> {
        sentences(&self.kept.answer.notes)
    }

    /// The first day whose sales count.
    async fn from(&self) -> Date {
        Date(self.kept.answer.period.from)
    }

    /// The last day whose sales count.
    async fn to(&self) -> Date {
        Date(self.kept.answer.period.to)
    }

    /// Identified guests; of everybody also the sales without a customer that is known.
    async fn non_members(&self) -> SnapshotFigures {
        self.figures(SnapshotGroup::NonMembers, self.kept.answer.non_members)
    }

    /// Enrolled in the programme.
    async fn members(&self) -> SnapshotFigures {
        self.figures(SnapshotGroup::Members, self.kept.answer.members)
    }

    /// Members who ever redeemed points.
    async fn redeeming_members(&self) -> SnapshotFigures {
        self.figures(SnapshotGroup::RedeemingMembers, self.kept.answer.redeeming_members)
    }

    /// Members who never did.
    async fn non_redeeming_members(&self) -> SnapshotFigures {
        self.figures(SnapshotGroup::NonRedeemingMembers, self.kept.answer.non_redeeming_members)
    }
}

/// The figures of a group of customers.
#[Object]
impl SnapshotFigures {
    /// Customers with at least one purchase in the period. Anonymous sales count in transactions, revenue and averageOrderValue, in nothing per customer.
    async fn customers(&self) -> i32 {
        int(self.figures.customers)
    }

    /// Sales that are not returned whole.
    async fn transactions(&self) -> i32 {
        int(self.figures.transactions)
    }

    /// Sales less returns, each on its own day.
    async fn revenue(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.figures.revenue)
    }

    /// revenue ÷ transactions. Null without transactions.
    async fn average_order_value(&self, ctx: &Context<'_>) -> Option<Money> {
        self.figures.average_order_value.map(|minor| Money::new(ctx, minor))
    }

    /// Transactions per customer. Null without customers.
    async fn average_orders(&self) -> Option<f64> {
        self.figures.average_orders
    }

    /// Revenue per customer. Null without customers.
    async fn average_spending(&self, ctx: &Context<'_>) -> Option<Money> {
        self.figures.average_spending.map(|minor| Money::new(ctx, minor))
    }

    /// A link good for a few minutes that streams the customers who are counted, without any size limit.
    #[graphql(guard = "ANYONE")]
    async fn export(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ExportFormat::Csv")] format: ExportFormat,
        #[graphql(default_with = "ExportLayout::Full")] layout: ExportLayout,
    ) -> Result<ExportLink, Error> {
        let scope = ctx.data_unchecked::<RequestScope>();
        let asker = Asker::User(caller(ctx)?.user);
        let segment = self.segment.as_deref().map(|row| (row.segment.id, row.segment.key.as_str()));
        let group = Group { group: self.group, period: self.period, segment };
        let file = (format.into(), layout.into());
        Ok(exports::ask(app(ctx), asker, &scope.reached, Exported::group(&group, self.figures.customers), file)?.into())
    }
}
