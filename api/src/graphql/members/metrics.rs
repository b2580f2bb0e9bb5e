//! What is kept of what a member did.

use std::sync::Arc;

use async_graphql::{Context, Error, Object};
use engine::money::{quotient, share_of};

use crate::error::{Fault, FaultKind};
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::insights::RfmGroup;
use crate::graphql::loaders::load;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{BigInt, DateTime};
use crate::graphql::valuation::{Presence, ValueGroup, ValueOf};
use crate::members::MemberRow;
use crate::valuation::MemberFigures;

/// A member's figures. A purchase is a sale that is not returned in full. What was bought, earned and redeemed is exact at every
/// moment. What is predicted, presence, scores and groups are as the nightly analysis keeps them and rules see them; predictions
/// are from its day on, for 1 to 3,650 days, and 1 % a month is taken off what comes later.
pub(crate) struct MemberMetrics(pub(super) Arc<MemberRow>);

/// A member's figures. A purchase is a sale that is not returned in full. What was bought, earned and redeemed is exact at every
/// moment. What is predicted, presence, scores and groups are as the nightly analysis keeps them and rules see them; predictions
/// are from its day on, for 1 to 3,650 days, and 1 % a month is taken off what comes later.
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

    /// The same over the next 12 months, discounted. Null while the data do not allow a model.
    async fn predicted_clv(&self, ctx: &Context<'_>) -> Result<Option<Money>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.predicted_clv).map(|minor| Money::new(ctx, minor)))
    }

    /// Chance of an order within so many days.
    async fn order_probability(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 90)] days: i32,
    ) -> Result<Option<f64>, Error> {
        let days = within(days)?;
        Ok(self.value(ctx).await?.and_then(|value| value.order_probability(days)))
    }

    /// Orders to expect within so many days.
    async fn expected_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 365)] days: i32,
    ) -> Result<Option<f64>, Error> {
        let days = within(days)?;
        Ok(self.value(ctx).await?.and_then(|value| value.expected_orders(days)))
    }

    /// Median days between purchase days; null with fewer than two gaps.
    async fn rhythm_days(&self, ctx: &Context<'_>) -> Result<Option<f64>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.rhythm_days))
    }

    /// By twice the own rhythm.
    async fn presence(&self, ctx: &Context<'_>) -> Result<Presence, Error> {
        Ok(self.value(ctx).await?.map_or(Presence::InsufficientHistory, |value| value.presence.into()))
    }

    /// Null until the first night.
    async fn rfm_group(&self, ctx: &Context<'_>) -> Result<Option<RfmGroup>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.rfm_group).map(Into::into))
    }

    /// 1 to 5; null where the member never bought.
    async fn recency_score(&self, ctx: &Context<'_>) -> Result<Option<i32>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.rfm_scores).map(|scores| scores.recency.into()))
    }

    /// 1 to 5; null where the member never bought.
    async fn frequency_score(&self, ctx: &Context<'_>) -> Result<Option<i32>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.rfm_scores).map(|scores| scores.frequency.into()))
    }

    /// 1 to 5; null where the member never bought.
    async fn monetary_score(&self, ctx: &Context<'_>) -> Result<Option<i32>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.rfm_scores).map(|scores| scores.monetary.into()))
    }

    /// Null until the first night.
    async fn value_group(&self, ctx: &Context<'_>) -> Result<Option<ValueGroup>, Error> {
        Ok(self.value(ctx).await?.and_then(|value| value.value_group).map(Into::into))
    }
}

impl MemberMetrics {
    /// What the analyses keep of the member.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<Arc<MemberFigures>>, Error> {
        load(ctx, ValueOf(self.0.member.id)).await
    }
}

/// Days that a model may be asked for.
const MOST_DAYS: i32 = 3_650;

fn within(days: i32) -> Result<u32, Error> {
    let asked = u32::try_from(days).ok().filter(|_| (1..=MOST_DAYS).contains(&days));
    asked.ok_or_else(|| Fault::of(FaultKind::BadInput, "`days` must be 1 to 3,650").into())
}
