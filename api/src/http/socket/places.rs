//! How many sockets may be open, and which are: when the server stops it closes them and waits for that.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::ids::UserId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::app::App;

/// How many may be open.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Of everybody.
    all: usize,
    /// Of an address, before they say whose they are.
    strangers: usize,
    /// Of a caller.
    caller: usize,
}

const LIMITS: Limits = Limits { all: 5_000, strangers: 100, caller: 50 };

/// The sockets of a server.
#[derive(Debug)]
pub(in crate::http) struct Sockets {
    open: Arc<Mutex<Open>>,
    stop: CancellationToken,
    tracker: TaskTracker,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    strangers: HashMap<IpAddr, usize>,
    callers: HashMap<UserId, usize>,
}

impl Sockets {
    /// None are open. The token closes those that will be.
    pub(in crate::http) fn new(stop: CancellationToken) -> Self {
        Self { open: Arc::default(), stop, tracker: TaskTracker::new() }
    }

    /// A place for a socket of a stranger at an address; none where there is none left.
    pub(super) fn enter(&self, app: &Arc<App>, address: IpAddr) -> Option<Place> {
        let mut open = lock(&self.open);
        if open.all >= LIMITS.all || !take(&mut open.strangers, address, LIMITS.strangers) {
            return None;
        }
        open.all += 1;
        app.metrics.sockets.inc();
        Some(Place { app: Arc::clone(app), open: Arc::clone(&self.open), whose: Whose::Stranger(address) })
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

enum Whose {
    Stranger(IpAddr),
    Caller(UserId),
}

impl Place {
    /// Says whose it is; false where the caller has as many as may be.
    pub(super) fn is_of(&mut self, caller: UserId) -> bool {
        let mut open = lock(&self.open);
        if !take(&mut open.callers, caller, LIMITS.caller) {
            return false;
        }
        if let Whose::Stranger(address) = std::mem::replace(&mut self.whose, Whose::Caller(caller)) {
            give_back(&mut open.strangers, &address);
        }
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.all -= 1;
        match &self.whose {
            Whose::Stranger(address) => give_back(&mut open.strangers, address),
            Whose::Caller(caller) => give_back(&mut open.callers, caller),
        }
        self.app.metrics.sockets.dec();
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
