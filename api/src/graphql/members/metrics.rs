//! What is kept of what a member did.

use std::sync::Arc;

use async_graphql::{Context, Object};
use engine::money::{quotient, share_of};

use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{BigInt, DateTime};
use crate::members::MemberRow;

/// A member's figures, exact at every moment. A purchase is a sale that is not returned in full.
pub(crate) struct MemberMetrics(pub(super) Arc<MemberRow>);

/// A member's figures, exact at every moment. A purchase is a sale that is not returned in full.
#[Object]
impl MemberMetrics {
    /// Purchases over all time.
    async fn transactions(&self) -> i32 {
        int(self.0.metrics.transactions)
    }

    /// Sales less returns, over all time. May be negative.
    async fn spending(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.metrics.spending)
    }

    /// Spending ÷ transactions, rounded half-even. Null without transactions.
    async fn average_transaction_value(&self, ctx: &Context<'_>) -> Option<Money> {
        let metrics = &self.0.metrics;
        let average = quotient(metrics.spending.into(), metrics.transactions.into());
        average.map(|minor| Money::new(ctx, minor))
    }

    /// Sales less returns on the days d with today − 12 months < d ≤ today.
    async fn spending_last_12_months(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.metrics.spending_12m)
    }

    async fn first_purchase_at(&self) -> Option<DateTime> {
        self.0.metrics.first_purchase_at.map(DateTime)
    }

    async fn last_purchase_at(&self) -> Option<DateTime> {
        self.0.metrics.last_purchase_at.map(DateTime)
    }

    /// Earned − redeemed − expired + adjusted.
    async fn points_balance(&self) -> BigInt {
        BigInt(self.0.metrics.points_balance)
    }

    async fn points_earned(&self) -> BigInt {
        BigInt(self.0.metrics.points_earned)
    }

    async fn points_redeemed(&self) -> BigInt {
        BigInt(self.0.metrics.points_redeemed)
    }

    /// Net spending × gross margin, over all time. May be negative.
    async fn historic_clv(&self, ctx: &Context<'_>) -> Money {
        let value = share_of(self.0.metrics.spending, app(ctx).program().gross_margin, 1);
        Money::new(ctx, value.unwrap_or(self.0.metrics.spending))
    }
}
