//! Members for the slow and obvious model, as the API speaks of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::facts::Valuation;
use crate::ledger::{Direction, PointsMove};
use crate::rules::TextFact;

/// A member and all that is known of it; lists stand in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) email: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) country: Option<String>,
    pub(super) region: Option<String>,
    pub(super) city: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) tier: Option<String>,
    pub(super) birth: Option<NaiveDate>,
    pub(super) enrolled: Option<NaiveDate>,
    pub(super) consent: bool,
    pub(super) attributes: Map<String, Value>,
    pub(super) labels: Vec<Label>,
    pub(super) documents: Vec<Document>,
    pub(super) entries: Vec<(NaiveDate, PointsMove, i64)>,
    pub(super) answers: Vec<(String, i64)>,
    pub(super) valuation: Valuation,
    /// By the ids of campaigns.
    pub(super) campaigns: BTreeMap<i64, Part>,
}

/// A member's part in a campaign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) held_out: bool,
    pub(super) engaged: bool,
}

/// A key and a value.
pub(super) type Label = (String, String);

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: i64,
    pub(super) day: NaiveDate,
    pub(super) direction: Direction,
    /// Minor units.
    pub(super) amount: i64,
    /// What returns took back of this sale.
    pub(super) returned: Vec<i64>,
    pub(super) channel: Option<String>,
    pub(super) location: Option<String>,
    pub(super) labels: Vec<Label>,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) amount: i64,
    pub(super) sku: String,
    pub(super) brand: Option<String>,
    pub(super) category: Option<String>,
}

impl Member {
    /// A text of its profile.
    pub(super) fn text(&self, fact: TextFact) -> Option<&String> {
        match fact {
            TextFact::Number => Some(&self.number),
            TextFact::Email => self.email.as_ref(),
            TextFact::Gender => self.gender.as_ref(),
            TextFact::Country => self.country.as_ref(),
            TextFact::Region => self.region.as_ref(),
            TextFact::City => self.city.as_ref(),
            TextFact::PostalCode => self.postal_code.as_ref(),
            TextFact::Tier => self.tier.as_ref(),
        }
    }
}

/// A purchase is a sale, also one worth 0, that is not returned in full.
pub(super) fn is_purchase(document: &Document) -> bool {
    let returned = &document.returned;
    document.direction == Direction::Sale && (returned.is_empty() || returned.iter().sum::<i64>() < document.amount)
}
