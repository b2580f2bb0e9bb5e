//! How many sockets may be open, and which are: when the server stops it closes them and waits for that.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::ids::UserId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::app::App;
use crate::auth::network_of;

/// How many may be open.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Of everybody.
    all: usize,
    /// Before they say whose they are.
    strangers: usize,
    /// Of these, from one network.
    network: usize,
    /// Of a caller.
    caller: usize,
}

const LIMITS: Limits = Limits { all: 5_000, strangers: 1_000, network: 100, caller: 50 };

/// The sockets of a server.
#[derive(Debug)]
pub(in crate::http) struct Sockets {
    open: Arc<Mutex<Open>>,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Sockets {
    /// None are open. The token closes those that will be.
    pub(in crate::http) fn new(stop: CancellationToken) -> Self {
        Self { open: Arc::default(), stop, tracker: TaskTracker::new() }
    }

    /// A place for a socket of a stranger at an address; none where there is none left.
    pub(super) fn enter(&self, app: &Arc<App>, address: IpAddr) -> Option<Place> {
        let whose = lock(&self.open).enter(network_of(address))?;
        app.metrics.sockets.inc();
        Some(Place { app: Arc::clone(app), open: Arc::clone(&self.open), whose })
    }

    /// Lets the server wait for the end of a socket.
    pub(super) fn track(&self) -> TaskTrackerToken {
        self.tracker.token()
    }

    /// Waits until the server stops.
    pub(super) async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Waits until all are closed.
    pub(in crate::http) async fn closed(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// The place of one socket, given back when it is dropped.
pub(super) struct Place {
    app: Arc<App>,
    open: Arc<Mutex<Open>>,
    whose: Whose,
}

impl Place {
    /// Says whose it is; false where the caller has as many as may be, or somebody else has the place by now.
    pub(super) fn is_of(&mut self, caller: UserId) -> bool {
        lock(&self.open).is_of(&mut self.whose, caller)
    }

    /// Waits until somebody else has the place, which happens to strangers alone.
    pub(super) fn lost(&self) -> impl Future<Output = ()> + use<> {
        let lost = match &self.whose {
            Whose::Stranger { lost, .. } => Some(lost.clone()),
            Whose::Caller(_) => None,
        };
        async move {
            match lost {
                Some(lost) => lost.cancelled().await,
                None => std::future::pending().await,
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.open).leave(&self.whose);
        self.app.metrics.sockets.dec();
    }
}

#[derive(Debug)]
enum Whose {
    Stranger { number: u64, network: IpAddr, lost: CancellationToken },
    Caller(UserId),
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    /// How many strangers ever came.
    number: u64,
    /// Those who have a place, in the order in which they came.
    strangers: BTreeMap<u64, CancellationToken>,
    networks: HashMap<IpAddr, usize>,
    callers: HashMap<UserId, usize>,
}

impl Open {
    /// Takes a place for a stranger. Where there is none left, the stranger who has waited longest gives theirs up: whoever
    /// means to say who they are does so at once.
    fn enter(&mut self, network: IpAddr) -> Option<Whose> {
        let is_full = self.all >= LIMITS.all || self.strangers.len() >= LIMITS.strangers;
        if (is_full && self.strangers.is_empty()) || !take(&mut self.networks, network, LIMITS.network) {
            return None;
        }
        if is_full && let Some((_, oldest)) = self.strangers.pop_first() {
            oldest.cancel();
            self.all -= 1;
        }
        self.all += 1;
        self.number += 1;
        let lost = CancellationToken::new();
        self.strangers.insert(self.number, lost.clone());
        Some(Whose::Stranger { number: self.number, network, lost })
    }

    fn is_of(&mut self, whose: &mut Whose, caller: UserId) -> bool {
        let Whose::Stranger { number, network, .. } = whose else { return true };
        if !self.strangers.contains_key(number) || !take(&mut self.callers, caller, LIMITS.caller) {
            return false;
        }
        self.strangers.remove(number);
        give_back(&mut self.networks, network);
        *whose = Whose::Caller(caller);
        true
    }

    fn leave(&mut self, whose: &Whose) {
        match whose {
            Whose::Stranger { number, network, .. } => {
                self.all -= usize::from(self.strangers.remove(number).is_some());
                give_back(&mut self.networks, network);
            }
            Whose::Caller(caller) => {
                self.all -= 1;
                give_back(&mut self.callers, caller);
            }
        }
    }
}

fn take<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K, limit: usize) -> bool {
    let count = counts.entry(key).or_default();
    let is_free = *count < limit;
    *count += usize::from(is_free);
    is_free
}

fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: usize) -> IpAddr {
        let number = u16::try_from(number).unwrap();
        std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, number, 0, 0, 0, 0).into()
    }

    /// A stranger of some network comes, and says nothing.
    fn silent(open: &mut Open, number: usize) -> Whose {
        open.enter(network(number)).unwrap()
    }

    fn is_lost(whose: &Whose) -> bool {
        matches!(whose, Whose::Stranger { lost, .. } if lost.is_cancelled())
    }

    #[test]
    fn a_network_has_its_share_and_no_more() {
        let mut open = Open::default();
        let first: Vec<Whose> = (0..LIMITS.network).map(|_| silent(&mut open, 1)).collect();
        assert!(open.enter(network(1)).is_none());
        silent(&mut open, 2);
        open.leave(&first[0]);
        silent(&mut open, 1);
        assert!(open.enter(network(1)).is_none());
    }

    #[test]
    fn strangers_give_way_to_whoever_says_who_they_are() {
        let mut open = Open::default();
        let mut known: Vec<Whose> = Vec::new();
        for number in 0..LIMITS.all - LIMITS.strangers - 1 {
            let mut whose = silent(&mut open, 9_999);
            assert!(open.is_of(&mut whose, UserId(i64::try_from(number).unwrap())));
            known.push(whose);
        }
        // Strangers of many networks take what is left to them, and then each other's.
        let strangers: Vec<Whose> = (0..3 * LIMITS.strangers).map(|place| silent(&mut open, place % 1_000)).collect();
        assert_eq!((open.all, open.strangers.len()), (LIMITS.all - 1, LIMITS.strangers));
        let lost = strangers.iter().filter(|whose| is_lost(whose)).count();
        assert_eq!(lost, 2 * LIMITS.strangers);
        assert!(is_lost(&strangers[0]) && !strangers.last().is_some_and(is_lost));
        // Whose place is another's by now comes too late; the others become known, also beyond the strangers' share.
        let mut strangers = strangers;
        assert!(!open.is_of(&mut strangers[0], UserId(-1)));
        for number in 0..LIMITS.caller {
            let mut whose = silent(&mut open, 2_000);
            assert!(open.is_of(&mut whose, UserId(-2)), "{number}");
            known.push(whose);
        }
        let mut one_more = silent(&mut open, 2_000);
        assert!(!open.is_of(&mut one_more, UserId(-2)), "a caller has so many");
        open.leave(&one_more);
        assert!(open.all <= LIMITS.all);
        known.iter().chain(&strangers).for_each(|whose| open.leave(whose));
        assert_eq!(open.all, open.strangers.len());
        assert!(open.callers.is_empty());
    }
}
