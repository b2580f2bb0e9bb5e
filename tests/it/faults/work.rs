//! Callers who change their segments until their server goes, and who then look what became of the last call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use tests::Random;
use tokio::task::JoinHandle;

use super::model::{Call, Segments};
use super::tables::Tables;
use super::{Caller, Outcome};

/// Someone who changes segments of their own.
pub struct Worker {
    name: String,
    random: Random,
    made: usize,
    segments: Segments,
    /// What the call that was not answered would have made of them.
    unknown: Option<(Call, Segments)>,
    /// How many calls were answered.
    pub answered: usize,
}

/// What became of calls that were not answered.
#[derive(Debug, Default)]
pub struct Tally {
    pub done: usize,
    pub not_done: usize,
}

impl Worker {
    pub fn new(name: String, random: Random) -> Self {
        Self { name, random, made: 0, segments: Segments::new(), unknown: None, answered: 0 }
    }

    /// Works until a call is not answered; `calls` counts those that ended.
    pub fn start(mut self, caller: Caller, calls: Arc<AtomicUsize>) -> JoinHandle<Self> {
        tokio::spawn(async move {
            while self.unknown.is_none() {
                self.call(&caller).await;
                calls.fetch_add(1, Ordering::Relaxed);
            }
            self
        })
    }

    async fn call(&mut self, caller: &Caller) {
        self.made += 1;
        let call = Call::random(&self.segments, &format!("{}s{}", self.name, self.made), &mut self.random);
        let mut after = self.segments.clone();
        call.apply(&mut after);
        let (text, variables) = call.request(&self.segments);
        match caller.call(&text, variables).await {
            Outcome::Answered(payload) => {
                expect(&payload, &call, &self.segments, &after);
                self.segments = after;
                self.answered += 1;
            }
            Outcome::Lost(_) => self.unknown = Some((call, after)),
        }
    }

    /// Compares with the tables: what was answered is there, and of the last call all or nothing.
    pub fn look(&mut self, tables: &Segments, tally: &mut Tally) {
        let own = |word: &String| word.strip_prefix(&self.name).is_some_and(|rest| rest.starts_with('s'));
        let found: Segments =
            tables.iter().filter(|(word, _)| own(word)).map(|(w, s)| (w.clone(), s.clone())).collect();
        let (call, after) = self.unknown.take().unwrap();
        if found == after && found != self.segments {
            tally.done += 1;
            self.segments = after;
        } else {
            tally.not_done += 1;
            differ(&call, &self.segments, &after, &found);
        }
    }
}

fn expect(payload: &Value, call: &Call, before: &Segments, after: &Segments) {
    assert_eq!(payload["userErrors"], json!([]), "{call:?}");
    let (word, moved) = match call {
        Call::Remove { .. } => return,
        Call::Assign { word, .. } => (word, Some(after[word].joined - before[word].joined)),
        Call::Unassign { word, .. } => (word, Some(after[word].left - before[word].left)),
        Call::Create { word, .. } | Call::Switch { word } | Call::Rename { word, .. } => (word, None),
        Call::Duplicate { copy, .. } => (copy, None),
    };
    let one = &after[word];
    let expected =
        json!({"key": word, "name": one.name, "active": one.active, "version": one.version, "memberCount": one.count});
    assert_eq!(payload["segment"], expected, "{call:?}");
    if let Some(moved) = moved {
        assert_eq!(payload["changed"], moved, "{call:?}");
    }
}

/// Expects the tables to be as before the call, and says briefly what is otherwise.
fn differ(call: &Call, before: &Segments, after: &Segments, found: &Segments) {
    if found == before {
        return;
    }
    let brief = |segments: &Segments| -> BTreeMap<String, String> {
        let one = segments.iter().filter(|(word, one)| before.get(*word) != Some(one) || found.get(*word) != Some(one));
        let brief = |one: &super::model::Segment| {
            format!(
                "alive {}, {:?}, active {}, version {}, {} members, count {}, {} joined, {} left, {:?}",
                one.alive,
                one.name,
                one.active,
                one.version,
                one.members.len(),
                one.count,
                one.joined,
                one.left,
                one.actions
            )
        };
        one.map(|(word, one)| (word.clone(), brief(one))).collect()
    };
    panic!("{call:?}: neither {:#?}\nnor {:#?}\nbut {:#?}", brief(before), brief(after), brief(found));
}

/// Lets all of them work until a moment that nobody chooses: at once, or after the first answer.
pub async fn work(workers: &mut Vec<Worker>, caller: &Caller, chance: &mut Random) -> Vec<JoinHandle<Worker>> {
    let calls = Arc::new(AtomicUsize::new(0));
    let working = workers.drain(..).map(|worker| worker.start(caller.clone(), Arc::clone(&calls))).collect();
    let after_an_answer = chance.random_bool(0.7);
    while after_an_answer && calls.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(chance.random_range(0..600))).await;
    working
}

/// Lets all of them look.
pub async fn look(workers: &mut [Worker], url: &str, tally: &mut Tally) {
    let tables = Tables::open(url).await;
    let segments = tables.segments().await;
    tables.close().await;
    workers.iter_mut().for_each(|worker| worker.look(&segments, tally));
}
