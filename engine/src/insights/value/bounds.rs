//! Where the groups part.

use serde::{Deserialize, Serialize};

use super::peers::{Beginning, Peers};
use super::{Prediction, ValueGroup, ValueSettings, ValueTerms};
use crate::facts::Facts;

/// Where the groups of all customers part. Small enough to be kept: with it, any customer's group is found from its own
/// facts alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueBounds {
    /// What the top fifth of the values of 0 and more is beyond.
    pub(super) values: Option<i64>,
    pub(super) peers: Peers,
    /// What the top fifth of the gaps is beyond, of those who are neither below zero nor among the most valuable.
    pub(super) gaps: Option<i64>,
    /// None where nobody's chance is known.
    pub(super) median_chance: Option<f64>,
}

/// How a customer's value comes about.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueBreakdown {
    /// The customer's group.
    pub group: ValueGroup,
    /// The terms of its value.
    pub terms: ValueTerms,
    /// Its peers, in words; none where it never bought.
    pub peer_cell: Option<String>,
    /// The 80th percentile of what its peers are worth, in minor units.
    pub peer_value: Option<i64>,
}

impl ValueBounds {
    /// How the value of the member of a row comes about.
    pub fn breakdown(&self, facts: &Facts, row: usize, settings: &ValueSettings) -> ValueBreakdown {
        let member = facts.members[row];
        let prediction = settings.predictions.as_ref().and_then(|predictions| predictions.of(member));
        let prediction = prediction.filter(Prediction::is_sound);
        let campaign_cost = settings.campaign_costs.of(member).unwrap_or_default();
        let (terms, _) = ValueTerms::of(facts, row, settings, prediction, campaign_cost);
        let began = Beginning::of(facts, row, settings.today());
        ValueBreakdown {
            group: self.group(terms.total, began, prediction),
            terms,
            peer_cell: began.and_then(|began| self.peers.name(began)),
            peer_value: began.and_then(|began| self.peers.value(began)),
        }
    }

    /// The group of a value.
    #[inline]
    pub(super) fn group(&self, value: i64, began: Option<Beginning>, prediction: Option<Prediction>) -> ValueGroup {
        if value < 0 {
            ValueGroup::BelowZero
        } else if is_beyond(self.values, value) {
            ValueGroup::MostValuable
        } else if self.is_growable(value, began, prediction) {
            ValueGroup::MostGrowable
        } else {
            ValueGroup::Maintain
        }
    }

    fn is_growable(&self, value: i64, began: Option<Beginning>, prediction: Option<Prediction>) -> bool {
        let likely = self.median_chance.is_none_or(|median| prediction.is_some_and(|known| known.chance > median));
        let gap = self.gap(value, began);
        likely && gap.is_some_and(|gap| gap > 0 && is_beyond(self.gaps, gap))
    }

    /// How far a value is below what the peers are worth.
    #[inline]
    pub(super) fn gap(&self, value: i64, began: Option<Beginning>) -> Option<i64> {
        Some(self.peers.value(began?)?.saturating_sub(value))
    }
}

impl Prediction {
    /// Whether it says anything: a chance that is no number does not.
    pub(super) fn is_sound(&self) -> bool {
        self.chance.is_finite()
    }
}

#[inline]
fn is_beyond(bound: Option<i64>, value: i64) -> bool {
    bound.is_some_and(|bound| value > bound)
}
