//! Figures over the course of time: revenue by interval, and cohorts month by month.

use async_graphql::{Context, SimpleObject};
use engine::insights;

use crate::graphql::connection::int;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::Date;

/// Customers who first bought in the same month. Months go up to the running one, which is not over yet; the share of month 0
/// is 1. There are no shares for a month in which nobody first bought.
#[derive(SimpleObject)]
pub(crate) struct RetentionCohort {
    /// The first day of that month.
    cohort: Date,
    /// How many they are.
    size: i32,
    /// Share who bought again in month 0, 1, 2 …
    retention: Vec<f64>,
}

/// What was bought in an interval.
#[derive(SimpleObject)]
pub(crate) struct RevenuePoint {
    /// First day of the interval.
    date: Date,
    /// Sales less returns, each on its own day.
    revenue: Money,
    /// Sales that are not returned whole.
    transactions: i32,
    /// Known customers with a purchase in the interval.
    members: i32,
    /// revenue ÷ transactions. Null without transactions.
    average_transaction_value: Option<Money>,
}

impl RetentionCohort {
    pub(super) fn new(cohort: &insights::RetentionCohort) -> Self {
        let insights::RetentionCohort { cohort, size, retention } = cohort;
        Self { cohort: Date(*cohort), size: int(*size), retention: retention.clone() }
    }
}

impl RevenuePoint {
    pub(super) fn new(ctx: &Context<'_>, point: &insights::RevenuePoint) -> Self {
        Self {
            date: Date(point.date),
            revenue: Money::new(ctx, point.revenue),
            transactions: int(point.transactions),
            members: int(point.members),
            average_transaction_value: point.average_transaction_value.map(|minor| Money::new(ctx, minor)),
        }
    }
}
