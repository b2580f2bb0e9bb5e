//! Groups of members by what they are worth, and how the value of one comes about.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use engine::insights;

use crate::error::Fault;
use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::DateTime;
use crate::valuation::{GroupFigures, Groups};

/// MOST_VALUABLE: the top fifth by value. MOST_GROWABLE: of the rest, the largest gap to what their peers are worth.
/// BELOW_ZERO: cost more than they bring. MAINTAIN: the others. Every customer is in exactly one.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "insights::ValueGroup")]
pub(crate) enum ValueGroup {
    /// The top fifth of those who are worth something.
    MostValuable,
    /// Of the rest, the fifth furthest below what their peers are worth, where an order is likely.
    MostGrowable,
    /// The others.
    Maintain,
    /// Cost more than they bring.
    BelowZero,
}

/// MISSING: silent for longer than `multiple` times the member's own rhythm (and 14 days at least).
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "insights::Presence")]
pub(crate) enum Presence {
    /// Within the rhythm.
    Present,
    /// Silent for too long.
    Missing,
    /// Fewer than three purchase days: there is no rhythm.
    InsufficientHistory,
}

/// Customers by what they are worth.
pub(crate) struct ValueGroupsAnalysis(pub(super) Groups);

/// The customers of a group.
#[derive(SimpleObject)]
pub(crate) struct ValueGroupFigures {
    group: ValueGroup,
    members: i32,
    /// Of all members, 0 to 1.
    share: f64,
    /// Of the net spending of the last 12 months.
    revenue_share: f64,
    /// The mean of their historic lifetime values. Null without members.
    average_clv: Option<Money>,
    /// The mean of what is predicted of them. Null where nothing is.
    average_predicted_clv: Option<Money>,
}

/// Customers by what they are worth.
#[Object]
impl ValueGroupsAnalysis {
    /// When everybody was looked at.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// What a reader must know, of the value model too.
    async fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// All groups.
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<ValueGroupFigures>, Error> {
        let money = |minor: i64| Money::new(ctx, minor);
        let figures = |group: &GroupFigures| {
            let word = group.group().ok_or_else(|| Fault::new("a group has a word that is not known"))?;
            Ok(ValueGroupFigures {
                group: word.into(),
                members: int(group.members),
                share: group.share.unwrap_or_default(),
                revenue_share: group.revenue_share.unwrap_or_default(),
                average_clv: group.average_clv.map(money),
                average_predicted_clv: group.average_predicted_clv.map(money),
            })
        };
        self.0.groups.iter().map(figures).collect()
    }
}

/// How a member's value comes about, term by term.
pub(crate) struct ValueBreakdown(pub(super) insights::ValueBreakdown);

/// How a member's value comes about, term by term.
#[Object]
impl ValueBreakdown {
    /// As the nightly analysis found it, and rules see it; the terms are as of now.
    async fn group(&self) -> ValueGroup {
        self.0.group.into()
    }

    /// Net spending of the last 12 months × gross margin.
    #[graphql(name = "margin12Months")]
    async fn margin_12_months(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.terms.margin_12_months)
    }

    /// The predicted value of the next 12 months. Null where no model says anything of the member.
    async fn predicted_margin(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.terms.predicted_margin.map(|minor| Money::new(ctx, minor))
    }

    /// The points redeemed in the last 12 months × the cost of a point.
    async fn reward_cost(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.terms.reward_cost)
    }

    /// What the campaigns of the last 12 months cost for the member.
    async fn campaign_cost(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.terms.campaign_cost)
    }

    /// The returns of the last 12 months × the cost of one.
    async fn return_handling(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.terms.return_handling)
    }

    /// Margins less costs.
    async fn total(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.terms.total)
    }

    /// Who the member is compared with: as long a customer, with a first order of the same size. Null where it never bought.
    async fn peer_cell(&self) -> Option<&str> {
        self.0.peer_cell.as_deref()
    }

    /// What four of five of these are worth at most. Null where the member never bought.
    async fn peer_value(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.peer_value.map(|minor| Money::new(ctx, minor))
    }
}
