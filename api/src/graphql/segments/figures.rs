//! What is figured out of a segment's members.

use std::sync::Arc;

use async_graphql::{Context, Error, Object};
use engine::insights::Period;

use crate::graphql::connection::int;
use crate::graphql::insights::{
    NpsResult, PointsAnalysis, ProfileDimension, ProfileShare, ValueSnapshot, of_segment, shares,
};
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;
use crate::insights::{self, NpsOf, ProfileOf, SnapshotOf};
use crate::segments::SegmentRow;

/// The figures of a segment.
#[derive(Clone)]
pub(crate) struct SegmentFigures(pub(super) Arc<SegmentRow>);

#[Object]
impl SegmentFigures {
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

    /// Mean of the members' predicted value over the next 12 months. Null until the model was fitted.
    async fn average_predicted_clv(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.stats.average_predicted_clv().map(|minor| Money::new(ctx, minor))
    }

    /// The instant for which the figures above hold.
    async fn stats_at(&self) -> DateTime {
        DateTime(self.0.stats.stats_at)
    }

    /// What its members are like, beside all members.
    async fn profile(
        &self,
        ctx: &Context<'_>,
        by: ProfileDimension,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<ProfileShare>, Error> {
        let kept = of_segment(ctx, self.0.segment.id, ProfileOf(by.into())).await?;
        shares(&kept.answer, first)
    }

    /// Its members who are enrolled against those who are not, over the last 12 months or since launch where that is shorter.
    async fn snapshot(&self, ctx: &Context<'_>) -> Result<Option<ValueSnapshot>, Error> {
        let kept = of_segment(ctx, self.0.segment.id, SnapshotOf { from: None, to: None }).await?;
        Ok(Some(ValueSnapshot::new(kept, Some(self.0.clone()))))
    }

    /// Earning and burning of its members' points, over all time.
    async fn points(&self, ctx: &Context<'_>) -> Result<Option<PointsAnalysis>, Error> {
        Ok(Some(PointsAnalysis::ask(ctx, (None, None), Some(self.0.segment.id)).await?))
    }

    /// The net promoter score of its members: each one's latest answer, in one survey or in any.
    async fn nps(&self, ctx: &Context<'_>, survey: Option<String>) -> Result<Option<NpsResult>, Error> {
        let asked = NpsOf { survey: insights::survey(survey.as_deref())?, period: Period::ALWAYS };
        Ok(Some(NpsResult(of_segment(ctx, self.0.segment.id, asked).await?)))
    }
}
