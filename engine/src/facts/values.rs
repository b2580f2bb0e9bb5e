//! The values that stand in the facts, and how many members have each of them.

use std::collections::HashMap;

use super::{Dictionary, Facts, NO_TEXT, TextId};

/// What has values that a rule can name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// The gender of the profile.
    Gender,
    /// Its country.
    Country,
    /// Its region.
    Region,
    /// Its city.
    City,
    /// Its postal code.
    PostalCode,
    /// Its tier.
    Tier,
    /// The keys of members' labels.
    LabelKey,
    /// The values of their labels with a key.
    LabelValue(String),
    /// The names of attributes, letter by letter.
    AttributeName,
    /// The channels of transactions.
    Channel,
    /// Their locations.
    Location,
    /// What was bought.
    Sku,
    /// Its brand.
    Brand,
    /// Its category.
    Category,
    /// The keys of transactions' labels.
    TransactionLabelKey,
    /// The values of their labels with a key.
    TransactionLabelValue(String),
    /// The surveys that were answered.
    Survey,
}

/// How many members have each value, by the value's number: that of a name for [`ValueKind::AttributeName`], else that of
/// a text.
pub type ValueCounts = HashMap<TextId, u64>;

impl ValueKind {
    /// Adds the members of some facts, each once a value, however often they have it.
    pub fn count(&self, facts: &Facts, dictionary: &Dictionary, counts: &mut ValueCounts) {
        let key = match self {
            Self::LabelValue(key) | Self::TransactionLabelValue(key) => match dictionary.find(key) {
                Some(key) => key,
                None => return,
            },
            _ => NO_TEXT,
        };
        let mut values: Vec<TextId> = Vec::new();
        for row in 0..facts.len() {
            values.clear();
            self.values_of(facts, row, key, &mut values);
            values.sort_unstable();
            values.dedup();
            let has_no_text = *self != Self::AttributeName && values.first() == Some(&NO_TEXT);
            for value in values.iter().skip(usize::from(has_no_text)) {
                *counts.entry(*value).or_default() += 1;
            }
        }
    }

    fn values_of(&self, facts: &Facts, row: usize, key: TextId, values: &mut Vec<TextId>) {
        let profiles = &facts.profiles;
        let transactions = &facts.transactions;
        let documents = || facts.transactions_of(row);
        let items = || transactions.items.of_all(documents());
        let labels = || documents().flat_map(|place| transactions.labels.of(place));
        match self {
            Self::Gender => values.push(profiles.gender[row]),
            Self::Country => values.push(profiles.country[row]),
            Self::Region => values.push(profiles.region[row]),
            Self::City => values.push(profiles.city[row]),
            Self::PostalCode => values.push(profiles.postal_code[row]),
            Self::Tier => values.push(profiles.tier[row]),
            Self::LabelKey => values.extend(facts.labels.of(row).iter().map(|label| label.key)),
            Self::LabelValue(_) => {
                let of_key = facts.labels.of(row).iter().filter(|label| label.key == key);
                values.extend(of_key.map(|label| label.value));
            }
            Self::AttributeName => values.extend(facts.attributes.of(row).iter().map(|(name, _)| *name)),
            Self::Channel => values.extend_from_slice(&transactions.channels[documents()]),
            Self::Location => values.extend_from_slice(&transactions.locations[documents()]),
            Self::Sku => values.extend_from_slice(&transactions.items.skus[items()]),
            Self::Brand => values.extend_from_slice(&transactions.items.brands[items()]),
            Self::Category => values.extend_from_slice(&transactions.items.categories[items()]),
            Self::TransactionLabelKey => values.extend(labels().map(|label| label.key)),
            Self::TransactionLabelValue(_) => {
                values.extend(labels().filter(|label| label.key == key).map(|label| label.value));
            }
            Self::Survey => values.extend(facts.feedback.of(row).iter().map(|answer| answer.survey)),
        }
    }
}
