//! A customer's value, term by term.

use super::{Prediction, ValueSettings};
use crate::facts::{Facts, RETURN};
use crate::ledger::PointsMove;

/// The terms of a customer's value, each rounded once, in minor units; costs count as positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValueTerms {
    /// Net spending of the last 12 months × gross margin.
    pub margin_12_months: i64,
    /// The predicted value of the next 12 months; none where no model says anything of the customer.
    pub predicted_margin: Option<i64>,
    /// The points redeemed in the last 12 months × the cost of a point.
    pub reward_cost: i64,
    /// What the campaigns of the last 12 months cost for the customer.
    pub campaign_cost: i64,
    /// The returns of the last 12 months × the cost of one.
    pub return_handling: i64,
    /// Margins less costs, as they are shown.
    pub total: i64,
}

impl ValueTerms {
    /// The terms of the member of a row, and its net spending of the last 12 months.
    #[inline]
    pub(super) fn of(
        facts: &Facts,
        row: usize,
        settings: &ValueSettings,
        prediction: Option<Prediction>,
        campaign_cost: i64,
    ) -> (Self, i64) {
        let (places, transactions) = (facts.transactions_of(row), &facts.transactions);
        let year = settings.year.within(&transactions.days[places.clone()]);
        let year = places.start + year.start..places.start + year.end;
        let spending: i64 = transactions.nets[year.clone()].iter().sum();
        let returns: i64 = transactions.flags[year].iter().map(|flags| i64::from(flags & RETURN > 0)).sum();
        let margin_12_months = settings.margin.of(spending);
        let predicted_margin = prediction.and_then(|prediction| prediction.value);
        let reward_cost = settings.reward.of(redeemed(facts, row, settings));
        let return_handling = settings.handling.of(returns);
        let costs = reward_cost.saturating_add(campaign_cost).saturating_add(return_handling);
        let margins = margin_12_months.saturating_add(predicted_margin.unwrap_or_default());
        let total = margins.saturating_sub(costs);
        (Self { margin_12_months, predicted_margin, reward_cost, campaign_cost, return_handling, total }, spending)
    }
}

/// The points redeemed in the last 12 months.
#[inline]
fn redeemed(facts: &Facts, row: usize, settings: &ValueSettings) -> i64 {
    let (places, points) = (facts.points_of(row), &facts.points);
    let year = settings.year.within(&points.days[places.clone()]);
    let year = places.start + year.start..places.start + year.end;
    let entries = points.kinds[year.clone()].iter().zip(&points.points[year]);
    entries.filter(|(kind, _)| **kind == PointsMove::Redeemed).map(|(_, points)| i64::from(*points)).sum()
}
