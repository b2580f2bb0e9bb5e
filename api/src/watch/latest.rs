//! The latest state of things by their keys. Whoever watches is told of each that differs from what it knew; states that
//! came and went in between are nobody's business.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What was seen last of all that is watched.
#[derive(Debug)]
pub(super) struct Latest<K, V> {
    seen: Mutex<Seen<K, V>>,
    /// Grows when something differs.
    number: watch::Sender<u64>,
}

#[derive(Debug)]
struct Seen<K, V> {
    /// None for what was looked for and is not there.
    states: HashMap<K, Option<V>>,
    /// How many watch each.
    watched: HashMap<K, usize>,
    /// How many watch everything.
    everything: usize,
    /// How many looks have begun, and which of them the states are of.
    begun: u64,
    look: u64,
    /// The last look that had begun when somebody learnt by itself how things are; none once a later one is over.
    fresh: Option<u64>,
}

/// What there is to be looked at.
#[derive(Debug)]
pub(super) struct Asked<K> {
    /// These in any case.
    pub(super) keys: Vec<K>,
    /// And everything else there is.
    pub(super) everything: bool,
}

impl<K, V> Default for Latest<K, V> {
    fn default() -> Self {
        let (states, watched) = (HashMap::new(), HashMap::new());
        let seen = Seen { states, watched, everything: 0, begun: 0, look: 0, fresh: None };
        Self { seen: Mutex::new(seen), number: watch::Sender::new(0) }
    }
}

impl<K: Copy + Eq + Hash, V: Clone + PartialEq> Latest<K, V> {
    /// Whether anybody watches.
    pub(super) fn is_watched(&self) -> bool {
        let seen = self.lock();
        seen.everything > 0 || !seen.watched.is_empty()
    }

    /// Begins a look at what is watched; none where nothing is.
    pub(super) fn begin(&self) -> Option<Asked<K>> {
        let mut seen = self.lock();
        let asked = Asked { keys: seen.watched.keys().copied().collect(), everything: seen.everything > 0 };
        if asked.keys.is_empty() && !asked.everything {
            return None;
        }
        seen.begun += 1;
        Some(asked)
    }

    /// Ends the look that was begun last. What was asked for and is not among the states is not there any more.
    pub(super) fn end(&self, asked: &Asked<K>, states: HashMap<K, V>) {
        let mut states: HashMap<K, Option<V>> = states.into_iter().map(|(key, state)| (key, Some(state))).collect();
        for key in &asked.keys {
            states.entry(*key).or_insert(None);
        }
        let mut seen = self.lock();
        let look = seen.begun;
        seen.look = look;
        let is_news = seen.fresh.take_if(|fresh| *fresh < look).is_some();
        if seen.states != states || is_news {
            seen.states = states;
            self.number.send_modify(|number| *number += 1);
        }
    }

    /// Begins to watch one, or everything, from what is known of it.
    pub(super) fn watch(self: &Arc<Self>, key: Option<K>) -> Watching<K, V> {
        let number = self.number.subscribe();
        let mut seen = self.lock();
        match key {
            Some(key) => *seen.watched.entry(key).or_default() += 1,
            None => seen.everything += 1,
        }
        drop(seen);
        Watching { latest: Arc::clone(self), key, known: HashMap::new(), since: u64::MAX, number }
    }

    /// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, Seen<K, V>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who watches one, or everything.
#[derive(Debug)]
pub(super) struct Watching<K: Copy + Eq + Hash, V: Clone + PartialEq> {
    latest: Arc<Latest<K, V>>,
    key: Option<K>,
    known: HashMap<K, V>,
    /// Looks that began before this one was over may be older than what is known.
    since: u64,
    number: watch::Receiver<u64>,
}

impl<K: Copy + Eq + Hash, V: Clone + PartialEq> Watching<K, V> {
    /// Says what was learnt since the watch began, so that only what differs is told.
    pub(super) fn know(&mut self, states: HashMap<K, V>) {
        self.known = states;
        let mut seen = self.latest.lock();
        self.since = seen.begun;
        seen.fresh = Some(seen.begun);
    }

    /// Waits for something that differs from what is known; none where the one that is watched is gone.
    pub(super) async fn next(&mut self) -> Option<(K, V)> {
        loop {
            self.number.borrow_and_update();
            match self.difference() {
                Difference::Changed(key, state) => {
                    self.known.insert(key, state.clone());
                    return Some((key, state));
                }
                Difference::Gone => return None,
                Difference::None => {}
            }
            // The sender lives as long as this one does.
            let _ = self.number.changed().await;
        }
    }

    fn difference(&mut self) -> Difference<K, V> {
        let seen = self.latest.lock();
        if seen.look <= self.since {
            return Difference::None;
        }
        let Some(key) = self.key else {
            self.known.retain(|key, _| seen.states.get(key).is_some_and(Option::is_some));
            let changed = seen.states.iter().find_map(|(key, state)| {
                let state = state.as_ref()?;
                (self.known.get(key) != Some(state)).then(|| Difference::Changed(*key, state.clone()))
            });
            return changed.unwrap_or(Difference::None);
        };
        match seen.states.get(&key) {
            Some(Some(state)) if self.known.get(&key) != Some(state) => Difference::Changed(key, state.clone()),
            Some(None) => Difference::Gone,
            _ => Difference::None,
        }
    }
}

enum Difference<K, V> {
    None,
    Gone,
    Changed(K, V),
}

impl<K: Copy + Eq + Hash, V: Clone + PartialEq> Drop for Watching<K, V> {
    fn drop(&mut self) {
        let mut seen = self.latest.lock();
        match self.key {
            None => seen.everything -= 1,
            Some(key) => {
                if let Some(many) = seen.watched.get_mut(&key) {
                    *many -= 1;
                    if *many == 0 {
                        seen.watched.remove(&key);
                    }
                }
            }
        }
        if seen.everything == 0 && seen.watched.is_empty() {
            seen.states.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(states: &[(u8, i32)]) -> HashMap<u8, i32> {
        states.iter().copied().collect()
    }

    fn look(latest: &Latest<u8, i32>, found: &[(u8, i32)]) {
        let asked = latest.begin().unwrap();
        latest.end(&asked, states(found));
    }

    async fn nothing(watching: &mut Watching<u8, i32>) -> bool {
        tokio::time::timeout(std::time::Duration::from_millis(20), watching.next()).await.is_err()
    }

    #[tokio::test]
    async fn what_differs_is_told_and_what_came_in_between_is_not() {
        let latest: Arc<Latest<u8, i32>> = Arc::default();
        assert!(latest.begin().is_none() && !latest.is_watched());
        let (mut one, mut all) = (latest.watch(Some(1)), latest.watch(None));
        one.know(states(&[(1, 10)]));
        all.know(states(&[(1, 10), (2, 20)]));
        for state in [10, 11, 12] {
            look(&latest, &[(1, state), (2, 20), (3, 30)]);
        }
        assert_eq!(one.next().await, Some((1, 12)));
        let mut told = [all.next().await, all.next().await].map(Option::unwrap);
        told.sort_unstable();
        assert_eq!(told, [(1, 12), (3, 30)]);
        // Gone, and there again: told, as it was told before.
        look(&latest, &[(1, 12), (2, 20)]);
        assert!(nothing(&mut all).await);
        look(&latest, &[(2, 20), (3, 30)]);
        assert_eq!((one.next().await, all.next().await), (None, Some((3, 30))));
        drop((one, all));
        assert!(!latest.is_watched() && latest.lock().states.is_empty());
    }

    #[tokio::test]
    async fn a_look_that_may_be_older_than_what_is_known_tells_nothing() {
        let latest: Arc<Latest<u8, i32>> = Arc::default();
        let other = latest.watch(Some(2));
        let early = latest.begin().unwrap();
        let mut one = latest.watch(Some(1));
        one.know(states(&[(1, 11)]));
        latest.end(&early, states(&[(1, 10), (2, 20)]));
        assert!(nothing(&mut one).await);
        look(&latest, &[(1, 11), (2, 20)]);
        assert!(nothing(&mut one).await);
        look(&latest, &[(2, 20)]);
        assert_eq!(one.next().await, None);
        drop(other);
    }

    #[tokio::test]
    async fn what_changed_before_the_first_look_is_told_also_where_that_look_finds_nothing_new() {
        let latest: Arc<Latest<u8, i32>> = Arc::default();
        let _other = latest.watch(Some(1));
        let mut one = latest.watch(Some(1));
        look(&latest, &[(1, 11)]);
        one.know(states(&[(1, 10)]));
        assert!(nothing(&mut one).await);
        look(&latest, &[(1, 11)]);
        assert_eq!(one.next().await, Some((1, 11)));
    }
}
