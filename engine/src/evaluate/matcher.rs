//! Which transactions a condition counts, and with what.

use std::ops::Range;

use super::interval::Interval;
use super::texts::TextSet;
use crate::facts::{Dictionary, Facts, Items, Pair, RETURN, TextId};
use crate::rules::{LabelMatch, TransactionsMatch};

/// A filter of transactions.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    document: Option<Document>,
    /// Asked of one line at least.
    lines: Option<Lines>,
}

/// What is asked of the document itself.
#[derive(Clone, Debug)]
struct Document {
    channels: Option<TextSet>,
    locations: Option<TextSet>,
    labels: Option<Vec<LabelSet>>,
    amount: Interval,
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
        let asks_document = channels.is_some() || locations.is_some() || labels.is_some() || amount.is_some();
        let document = asks_document.then(|| Document {
            channels: set(channels),
            locations: set(locations),
            labels: labels.as_ref().map(|all| all.iter().map(|one| LabelSet::new(one, dictionary)).collect()),
            amount: amount.as_ref().map_or(Interval::EVERYTHING, |bounds| Interval::of_decimals(bounds, digits)),
        });
        Self { document, lines }
    }

    /// Tells each of some transactions that passes, in order, and what it adds to spending: all of it, or its lines that
    /// pass.
    pub(super) fn each(&self, facts: &Facts, places: Range<usize>, mut found: impl FnMut(usize, i64)) {
        let transactions = &facts.transactions;
        let asked = |place: usize| self.document.as_ref().is_none_or(|document| document.passes(facts, place));
        let Some(lines) = &self.lines else {
            places.filter(|place| asked(*place)).for_each(|place| found(place, transactions.nets[place]));
            return;
        };
        // Few lines pass: they are looked for, and their documents only where one is found.
        let items = &transactions.items;
        let (mut place, Range { start: mut line, end: last }) = (places.start, items.of_all(places));
        while let Some(hit) = lines.find(items, line..last) {
            while items.of(place).end <= hit {
                place += 1;
            }
            line = items.of(place).end;
            let passing = (hit..line).filter(|line| lines.pass(items, *line));
            let amount = passing.fold(0_i64, |amount, line| amount.saturating_add(items.amounts[line]));
            if asked(place) {
                found(place, if transactions.flags[place] & RETURN != 0 { -amount } else { amount });
            }
        }
    }

    /// Whether a transaction passes.
    pub(super) fn has(&self, facts: &Facts, place: usize) -> bool {
        let mut passes = false;
        self.each(facts, place..place + 1, |_, _| passes = true);
        passes
    }

    /// Whether a line is among those that are asked for.
    pub(super) fn counts_line(&self, items: &Items, line: usize) -> bool {
        self.lines.as_ref().is_none_or(|lines| lines.pass(items, line))
    }
}

impl Document {
    fn passes(&self, facts: &Facts, place: usize) -> bool {
        let transactions = &facts.transactions;
        self.channels.as_ref().is_none_or(|set| set.has(transactions.channels[place]))
            && self.locations.as_ref().is_none_or(|set| set.has(transactions.locations[place]))
            && self.amount.contains(transactions.nets[place].saturating_abs())
            && self.labels.as_ref().is_none_or(|any| any.iter().any(|one| one.has(transactions.labels.of(place))))
    }
}

impl Lines {
    /// The place of the first line that passes.
    #[inline]
    fn find(&self, items: &Items, mut lines: Range<usize>) -> Option<usize> {
        match self {
            // What rules ask most, in the tightest of loops.
            Self { categories: Some(TextSet::One(category)), brands: None, skus: None } => {
                let found = items.categories[lines.clone()].iter().position(|one| one == category)?;
                Some(lines.start + found)
            }
            _ => lines.find(|line| self.pass(items, *line)),
        }
    }

    #[inline]
    fn pass(&self, items: &Items, line: usize) -> bool {
        self.categories.as_ref().is_none_or(|set| set.has(items.categories[line]))
            && self.brands.as_ref().is_none_or(|set| set.has(items.brands[line]))
            && self.skus.as_ref().is_none_or(|set| set.has(items.skus[line]))
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
