//! Which values stand in the facts, for whoever writes a rule.

use std::collections::HashMap;
use std::sync::Arc;

use engine::facts::{Dictionary, Facts, TextId, ValueCounts, ValueKind};
use engine::text::fold;

use super::everybody::{Freshness, sweep};
use super::needs::Needs;
use crate::app::App;
use crate::error::Fault;

/// A value that members have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As it was first spelt.
    pub value: String,
    /// How many members have it.
    pub members: u64,
}

/// The values of a kind that contain a text, in any spelling; those that most members have first, then by their text; so
/// many at most.
pub async fn values(app: &Arc<App>, kind: &ValueKind, search: &str, first: usize) -> Result<Vec<Value>, Fault> {
    let mut tally = Tally { kind: kind.clone(), last: None, texts: HashMap::new() };
    let of = kind.clone();
    let each = move |_: &(), facts: &Facts, dictionary: &Dictionary| {
        let mut counts = ValueCounts::new();
        of.count(facts, dictionary, &mut counts);
        counts
    };
    let take = |dictionary: &Arc<Dictionary>, counts| tally.add(dictionary, counts);
    sweep(app, Needs::of_values(kind), Freshness::AsTheyStand, |_| (), each, take).await?;
    Ok(tally.found(search, first))
}

/// Counts of parts, added up: by number for as long as the dictionary stays the same, then by text.
struct Tally {
    kind: ValueKind,
    last: Option<(Arc<Dictionary>, ValueCounts)>,
    /// By the text in which spellings agree.
    texts: HashMap<String, Value>,
}

impl Tally {
    fn add(&mut self, dictionary: &Arc<Dictionary>, counts: ValueCounts) {
        match &mut self.last {
            Some((last, sums)) if Arc::ptr_eq(last, dictionary) => {
                counts.into_iter().for_each(|(id, members)| *sums.entry(id).or_default() += members);
            }
            _ => {
                self.spell();
                self.last = Some((Arc::clone(dictionary), counts));
            }
        }
    }

    fn spell(&mut self) {
        let Some((dictionary, counts)) = self.last.take() else { return };
        let exactly = self.kind == ValueKind::AttributeName;
        let names: HashMap<TextId, &str> =
            if exactly { dictionary.names().map(|(name, id)| (id, name)).collect() } else { HashMap::new() };
        for (id, members) in counts {
            let (key, spelt) = match exactly {
                true => names.get(&id).map_or(("", ""), |name| (*name, *name)),
                false => (dictionary.folded(id), dictionary.spelt(id)),
            };
            match self.texts.get_mut(key) {
                Some(value) => value.members += members,
                None => drop(self.texts.insert(key.to_owned(), Value { value: spelt.to_owned(), members })),
            }
        }
    }

    fn found(mut self, search: &str, first: usize) -> Vec<Value> {
        self.spell();
        let search = fold(search);
        let mut found: Vec<(String, Value)> =
            self.texts.into_iter().filter(|(_, value)| fold(&value.value).contains(&search)).collect();
        found.sort_unstable_by(|(a, one), (b, other)| other.members.cmp(&one.members).then_with(|| a.cmp(b)));
        found.into_iter().map(|(_, value)| value).take(first).collect()
    }
}
