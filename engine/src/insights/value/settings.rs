//! What a customer's value depends on beside its own facts.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::rate::Rate;
use crate::facts::Day;
use crate::insights::period::Days;
use crate::insights::{ByMember, Period};

/// What a model says of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The predicted value of the next 12 months, margin and discount included, in minor units; none where there is no model
    /// of what customers spend.
    pub value: Option<i64>,
    /// The chance of an order within 90 days, from 0 to 1.
    pub chance: f64,
}

/// What values are reckoned with.
#[derive(Clone, Debug)]
pub struct ValueSettings {
    pub(in crate::insights) today: NaiveDate,
    pub(super) year: Days,
    pub(super) gross_margin: Decimal,
    pub(super) margin: Rate,
    pub(super) reward: Rate,
    pub(super) handling: Rate,
    /// None before a model was fitted.
    pub(super) predictions: Option<Arc<ByMember<Prediction>>>,
    /// In minor units.
    pub(super) campaign_costs: Arc<ByMember<i64>>,
}

impl ValueSettings {
    /// The settings of a programme on a day: its gross margin between 0 and 1, what a redeemed point and what taking
    /// back a return cost in its currency, and how many digits that has behind the point.
    pub fn new(today: NaiveDate, gross_margin: Decimal, point: Decimal, return_handling: Decimal, digits: u32) -> Self {
        Self {
            today,
            year: Period::last_12_months(today).numbers(),
            gross_margin,
            margin: Rate::share(gross_margin),
            reward: Rate::cost(point, digits),
            handling: Rate::cost(return_handling, digits),
            predictions: None,
            campaign_costs: Arc::default(),
        }
    }

    /// The same with what a model says of customers; the model knows nothing of a customer that is missing.
    #[must_use]
    pub fn with_predictions(self, predictions: Arc<ByMember<Prediction>>) -> Self {
        Self { predictions: Some(predictions), ..self }
    }

    /// The same with what the campaigns of the last 12 months cost for each member, in minor units.
    #[must_use]
    pub fn with_campaign_costs(self, campaign_costs: Arc<ByMember<i64>>) -> Self {
        Self { campaign_costs, ..self }
    }

    /// The local day as its number.
    pub(in crate::insights) fn today(&self) -> Day {
        crate::calendar::day_number(self.today)
    }
}
