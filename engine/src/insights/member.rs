//! What the insights say of one member.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::missing::Look;
use super::{
    Multiple, Presence, RfmBounds, RfmGroup, RfmScores, Rhythm, ValueBounds, ValueBreakdown, ValueGroup, ValueSettings,
};
use crate::facts::Facts;

/// Where everybody's scores and groups part, as far as they were worked out: what is kept of the analyses so that
/// members can be looked at one by one. They are kept as JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Of the latest [`Rfm`](super::Rfm) analysis; none before the first, and where nobody ever bought.
    pub rfm: Option<RfmBounds>,
    /// Of the latest [`ValueGroups`](super::ValueGroups) analysis; none before the first.
    pub value: Option<ValueBounds>,
}

/// What the insights say of one member.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberInsights {
    /// Whole days since the last purchase; none without one.
    pub days_since_last: Option<i64>,
    /// Median days between purchase days; none with fewer than two gaps.
    pub rhythm_days: Option<f64>,
    /// Whether it is there, by its own rhythm.
    pub presence: Presence,
    /// Since when it has been missing; none for whoever is not.
    pub missing_since: Option<NaiveDate>,
    /// Its scores; none where it never bought, and before the first analysis.
    pub rfm_scores: Option<RfmScores>,
    /// Its group; none before the first analysis, unless it never bought.
    pub rfm_group: Option<RfmGroup>,
    /// How its value comes about; none before the first analysis.
    pub value: Option<ValueBreakdown>,
}

/// The groups of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberGroups {
    /// The id.
    pub member: i64,
    /// Whether it is there, by its own rhythm.
    pub presence: Presence,
    /// Its scores; none where it never bought, and before the first analysis.
    pub rfm_scores: Option<RfmScores>,
    /// Its group; none before the first analysis, unless it never bought.
    pub rfm_group: Option<RfmGroup>,
    /// Its value group; none before the first analysis.
    pub value_group: Option<ValueGroup>,
}

impl MemberGroups {
    /// The groups of everybody in some facts, in their order: the same as is said of each of them alone.
    pub fn of_all(facts: &Facts, multiple: Multiple, settings: &ValueSettings, bounds: &Bounds) -> Vec<Self> {
        let today = settings.today();
        let mut look = Look::default();
        let mut value_groups = bounds.value.map(|bounds| bounds.groups(facts, settings).into_iter());
        let groups = facts.members.iter().enumerate().map(|(row, member)| {
            look.turn_to(facts, row, today);
            let rfm_scores = bounds.rfm.and_then(|bounds| bounds.scores(facts, row));
            Self {
                member: *member,
                presence: look.presence(today, multiple),
                rfm_scores,
                rfm_group: (bounds.rfm.is_some() || look.never_bought()).then(|| RfmGroup::of(rfm_scores)),
                value_group: value_groups.as_mut().and_then(Iterator::next),
            }
        });
        groups.collect()
    }
}

impl MemberInsights {
    /// What is said of the member of a row.
    pub fn of(facts: &Facts, row: usize, multiple: Multiple, settings: &ValueSettings, bounds: &Bounds) -> Self {
        let today = settings.today;
        let rhythm = Rhythm::of(facts, row, today);
        let rfm_scores = bounds.rfm.and_then(|bounds| bounds.scores(facts, row));
        let never_bought = rhythm.days_since_last(today).is_none();
        Self {
            days_since_last: rhythm.days_since_last(today),
            rhythm_days: rhythm.days(),
            presence: rhythm.presence(today, multiple),
            missing_since: rhythm.missing_from(multiple).filter(|day| *day <= today),
            rfm_scores,
            rfm_group: (bounds.rfm.is_some() || never_bought).then(|| RfmGroup::of(rfm_scores)),
            value: bounds.value.map(|bounds| bounds.breakdown(facts, row, settings)),
        }
    }

    /// Its value group; none before the first analysis.
    pub fn value_group(&self) -> Option<ValueGroup> {
        self.value.as_ref().map(|value| value.group)
    }
}
