//! What is kept of a member, and what is told of it.

use std::sync::Arc;

use chrono::NaiveDate;
use engine::calendar::day_number;
use engine::facts::{Day, Valuation, share_of_units, share_units};
use engine::figures::ratio;
use engine::groups::{Presence, RfmGroup, ValueGroup};
use engine::insights::{MemberGroups, Prediction, RfmScores, Rhythm};
use engine::value::{self, Customer, History, ValueModel};

/// What is kept of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) member: i64,
    /// None where the member had not bought by the model's day, or there is no model.
    pub(super) predicted: Option<Predicted>,
    /// The median gap between purchase days, in half days.
    pub(super) rhythm: Option<i64>,
    pub(super) presence: Presence,
    pub(super) rfm_group: RfmGroup,
    pub(super) rfm_scores: Option<RfmScores>,
    pub(super) value_group: ValueGroup,
}

/// What a model says of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Predicted {
    pub(super) first_day: Day,
    pub(super) last_day: Day,
    pub(super) repeats: u32,
    /// Minor units; none without a model of spending.
    pub(super) value: Option<i64>,
    /// In units of the last digit that is kept.
    pub(super) order_probability: Option<i64>,
    /// In units of the last digit that is kept.
    pub(super) expected_orders: Option<i64>,
}

/// What is told of a member.
#[derive(Clone, Debug)]
pub struct MemberFigures {
    /// The predicted value of the next 12 months, in minor units.
    pub predicted_clv: Option<i64>,
    /// The model, and what it knows of the member.
    pub(super) model: Option<(Arc<ValueModel>, History)>,
    /// Median days between purchase days.
    pub rhythm_days: Option<f64>,
    /// Whether it is there, by its own rhythm.
    pub presence: Presence,
    /// By recency, frequency and money; none for whom no analysis has seen yet, as all that follows.
    pub rfm_group: Option<RfmGroup>,
    /// None where it never bought.
    pub rfm_scores: Option<RfmScores>,
    /// By what it is worth.
    pub value_group: Option<ValueGroup>,
}

impl Predicted {
    /// What a prediction says of a customer who was looked at at the end of a day.
    pub(super) fn new(customer: &Customer, predicted: &value::Prediction, as_of: NaiveDate) -> Self {
        let History { repeats, last, age } = customer.history;
        let first_day = day_number(as_of).saturating_sub_unsigned(age);
        Self {
            first_day,
            last_day: first_day.saturating_add_unsigned(last),
            repeats,
            value: predicted.predicted_value,
            order_probability: units(predicted.order_probability),
            expected_orders: units(predicted.expected_orders),
        }
    }

    /// What values are reckoned with: as it is kept, so that it can be reckoned once more. None where it says nothing.
    pub(super) fn prediction(&self) -> Option<Prediction> {
        Some(Prediction { value: self.value, chance: share_of_units(self.order_probability?) })
    }

    /// The customer's history, looked at at the end of a day.
    pub(super) fn history(&self, as_of: NaiveDate) -> History {
        let since = |day: Day| day.abs_diff(self.first_day);
        History { repeats: self.repeats, last: since(self.last_day), age: since(day_number(as_of)) }
    }
}

impl Kept {
    pub(super) fn new(groups: &MemberGroups, rhythm: Rhythm, predicted: Option<Predicted>) -> Self {
        Self {
            member: groups.member,
            predicted,
            rhythm: rhythm.half_days(),
            presence: groups.presence,
            rfm_group: groups.rfm_group.unwrap_or(RfmGroup::Prospects),
            rfm_scores: groups.rfm_scores,
            value_group: groups.value_group.unwrap_or(ValueGroup::Maintain),
        }
    }

    /// What rules see of it.
    pub(super) fn valuation(&self) -> Valuation {
        let predicted = self.predicted.as_ref();
        Valuation {
            predicted_clv: predicted.and_then(|predicted| predicted.value),
            order_probability: predicted.and_then(|predicted| predicted.order_probability).map(share_of_units),
            expected_orders: predicted.and_then(|predicted| predicted.expected_orders).map(share_of_units),
            rfm_group: Some(self.rfm_group),
            value_group: Some(self.value_group),
            presence: Some(self.presence),
        }
    }

    /// What is told of it.
    pub(super) fn figures(&self, model: Option<&Arc<ValueModel>>) -> MemberFigures {
        let known = |model: &Arc<ValueModel>| Some((Arc::clone(model), self.predicted?.history(model.as_of)));
        MemberFigures {
            predicted_clv: self.predicted.and_then(|predicted| predicted.value),
            model: model.and_then(known),
            rhythm_days: self.rhythm.map(|halves| ratio(halves, 2)),
            presence: self.presence,
            rfm_group: Some(self.rfm_group),
            rfm_scores: self.rfm_scores,
            value_group: Some(self.value_group),
        }
    }
}

impl MemberFigures {
    /// Of a member whom no analysis has seen yet: its rhythm alone is told, as it is.
    pub(super) fn unseen(rhythm_days: Option<f64>, presence: Presence) -> Self {
        Self {
            predicted_clv: None,
            model: None,
            rhythm_days,
            presence,
            rfm_group: None,
            rfm_scores: None,
            value_group: None,
        }
    }

    /// The chance, 0 to 1, of an order within so many days from the model's day on; none where no model says it.
    pub fn order_probability(&self, days: u32) -> Option<f64> {
        self.model.as_ref().map(|(model, history)| model.order_probability(history, days))
    }

    /// How many orders are expected within so many days from the model's day on; none where no model says it.
    pub fn expected_orders(&self, days: u32) -> Option<f64> {
        self.model.as_ref().map(|(model, history)| model.expected_orders(history, days))
    }
}

fn units(number: f64) -> Option<i64> {
    share_units(number).and_then(|units| i64::try_from(units).ok())
}
