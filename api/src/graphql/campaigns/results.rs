//! What a campaign brought.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use engine::campaigns::Warning;
use engine::statistics;

use crate::campaigns::Outcome;
use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;

/// EXPERIMENT only with a holdout drawn before the start; anything else is OBSERVATIONAL and no return on investment is given.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "engine::campaigns::Basis")]
pub(crate) enum EvidenceBasis {
    /// Both sides differ by the campaign and by chance alone.
    Experiment,
    /// What was seen, without a word on what caused it.
    Observational,
}

/// Targeted minus held out, by intention to treat, with its 95 % interval (Newcombe for shares, Welch for means).
#[derive(SimpleObject)]
pub(crate) struct Estimate {
    value: f64,
    low: f64,
    high: f64,
    /// How often chance alone shows as large a difference.
    p_value: f64,
    /// The interval leaves out 0.
    significant: bool,
}

impl From<statistics::Estimate> for Estimate {
    fn from(found: statistics::Estimate) -> Self {
        let statistics::Estimate { value, low, high, p_value } = found;
        Self { value, low, high, p_value, significant: found.is_significant() }
    }
}

/// Targeted against held out, over the campaign's days.
pub(crate) struct CampaignResults(pub(super) Arc<Outcome>);

/// Targeted against held out, over the campaign's days.
#[Object]
impl CampaignResults {
    /// Everything recorded by then was seen.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    async fn basis(&self) -> EvidenceBasis {
        self.0.results.basis.into()
    }

    /// What the reader must know: too few held out, a lopsided draw, days still to come.
    async fn warnings(&self) -> Vec<String> {
        self.0.results.warnings.iter().map(Warning::sentence).collect()
    }

    /// Targeted members to whom it was delivered.
    async fn delivered(&self) -> i32 {
        int(self.0.engagement.delivered)
    }

    /// Targeted members who opened it.
    async fn opened(&self) -> i32 {
        int(self.0.engagement.opened)
    }

    /// Targeted members who clicked in it.
    async fn clicked(&self) -> i32 {
        int(self.0.engagement.clicked)
    }

    /// Targeted members who redeemed it.
    async fn redeemed(&self) -> i32 {
        int(self.0.engagement.redeemed)
    }

    /// Those who opened, clicked or redeemed ÷ those of whom anything is recorded. Null where no delivery is.
    async fn engagement_rate(&self) -> Option<f64> {
        self.0.results.engagement_rate
    }

    /// Share of the targeted who made a purchase, 0 to 1.
    async fn conversion_targeted(&self) -> f64 {
        self.0.results.conversion_targeted
    }

    /// The same of those held out. Null where nobody was.
    async fn conversion_held_out(&self) -> Option<f64> {
        self.0.results.conversion_held_out
    }

    /// Null unless the basis is EXPERIMENT.
    async fn conversion_uplift(&self) -> Option<Estimate> {
        self.0.results.conversion_uplift.map(Estimate::from)
    }

    /// Net spending ÷ members; who bought nothing counts too.
    async fn spending_per_member_targeted(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.results.spending_per_member_targeted)
    }

    /// The same of those held out. Null where nobody was.
    async fn spending_per_member_held_out(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.results.spending_per_member_held_out.map(|minor| Money::new(ctx, minor))
    }

    /// In units of the currency. Null unless the basis is EXPERIMENT, and where spending does not vary.
    async fn spending_uplift(&self) -> Option<Estimate> {
        self.0.results.spending_uplift.map(Estimate::from)
    }

    /// Net spending ÷ purchases. Null without a purchase.
    async fn average_sale_targeted(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.results.average_sale_targeted.map(|minor| Money::new(ctx, minor))
    }

    /// The same of those held out.
    async fn average_sale_held_out(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.results.average_sale_held_out.map(|minor| Money::new(ctx, minor))
    }

    /// In units of the currency. Null unless the basis is EXPERIMENT, and where sales do not vary. Who buys may itself be an
    /// effect of the campaign, so that it compares sales rather than members.
    async fn average_sale_uplift(&self) -> Option<Estimate> {
        self.0.results.average_sale_uplift.map(Estimate::from)
    }

    /// What the targeted spent beyond what they would have spent as those held out did. Null unless the basis is EXPERIMENT.
    async fn incremental_revenue(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.results.incremental_revenue.map(|minor| Money::new(ctx, minor))
    }

    /// (incremental revenue × gross margin − cost) ÷ cost
    async fn return_on_investment(&self) -> Option<f64> {
        self.0.results.return_on_investment
    }

    /// Of the targeted who bought in the campaign's days, the share who bought again in the 90 days after them. Null while
    /// the campaign's are not over, and where nobody bought.
    async fn retention(&self) -> Option<f64> {
        self.0.results.retention
    }
}
