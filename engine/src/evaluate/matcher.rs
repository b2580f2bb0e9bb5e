//! Which transactions a condition counts, and with what.

use super::interval::Interval;
use super::texts::TextSet;
use crate::facts::{Dictionary, Facts, Item, Pair, RETURN, TextId};
use crate::rules::{LabelMatch, TransactionsMatch};

/// A filter of transactions.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    channels: Option<TextSet>,
    locations: Option<TextSet>,
    labels: Option<Vec<LabelSet>>,
    amount: Interval,
    /// Asked of one line at least.
    lines: Option<Lines>,
}

#[derive(Clone, Debug)]
struct Lines {
    skus: Option<TextSet>,
    brands: Option<TextSet>,
    categories: Option<TextSet>,
}

/// A label with a key, of any value or of one that passes.
#[derive(Clone, Debug)]
pub(super) struct LabelSet {
    /// None: a key that was never seen.
    key: Option<TextId>,
    value: Option<TextSet>,
}

impl Matcher {
    pub(super) fn new(filter: &TransactionsMatch, digits: u32, dictionary: &Dictionary) -> Self {
        let TransactionsMatch { channels, locations, skus, brands, categories, labels, amount } = filter;
        let set = |texts: &Option<Vec<String>>| texts.as_ref().map(|texts| TextSet::list(texts, dictionary));
        let asks_lines = skus.is_some() || brands.is_some() || categories.is_some();
        let lines = asks_lines.then(|| Lines { skus: set(skus), brands: set(brands), categories: set(categories) });
        let labels = labels.as_ref().map(|all| all.iter().map(|one| LabelSet::new(one, dictionary)).collect());
        let amount = amount.as_ref().map_or(Interval::EVERYTHING, |bounds| Interval::of_decimals(bounds, digits));
        Self { channels: set(channels), locations: set(locations), labels, amount, lines }
    }

    /// What a transaction adds to spending, where it passes: all of it, or its lines that pass.
    pub(super) fn counted(&self, facts: &Facts, place: usize) -> Option<i64> {
        let transactions = &facts.transactions;
        let net = transactions.nets[place];
        let passes = self.channels.as_ref().is_none_or(|set| set.has(transactions.channels[place]))
            && self.locations.as_ref().is_none_or(|set| set.has(transactions.locations[place]))
            && self.amount.contains(net.saturating_abs())
            && self.labels.as_ref().is_none_or(|any| any.iter().any(|one| one.has(transactions.labels.of(place))));
        if !passes {
            return None;
        }
        let Some(lines) = &self.lines else { return Some(net) };
        let mut counted: Option<i64> = None;
        for line in transactions.items.of(place).iter().filter(|line| lines.pass(line)) {
            counted = Some(counted.unwrap_or_default().saturating_add(line.amount));
        }
        counted.map(|amount| if transactions.flags[place] & RETURN != 0 { -amount } else { amount })
    }

    /// Whether a line is among those that are asked for.
    pub(super) fn counts_line(&self, line: &Item) -> bool {
        self.lines.as_ref().is_none_or(|lines| lines.pass(line))
    }
}

impl Lines {
    fn pass(&self, line: &Item) -> bool {
        self.skus.as_ref().is_none_or(|set| set.has(line.sku))
            && self.brands.as_ref().is_none_or(|set| set.has(line.brand))
            && self.categories.as_ref().is_none_or(|set| set.has(line.category))
    }
}

impl LabelSet {
    pub(super) fn new(filter: &LabelMatch, dictionary: &Dictionary) -> Self {
        let value = filter.value.as_ref().map(|value| TextSet::matching(value, dictionary));
        Self { key: dictionary.find(&filter.key), value }
    }

    pub(super) fn has(&self, labels: &[Pair]) -> bool {
        self.of_key(labels).any(|label| self.value.as_ref().is_none_or(|set| set.has(label.value)))
    }

    /// The labels of the key.
    pub(super) fn of_key<'l>(&self, labels: &'l [Pair]) -> impl Iterator<Item = &'l Pair> {
        let key = self.key;
        labels.iter().filter(move |label| key == Some(label.key))
    }
}
