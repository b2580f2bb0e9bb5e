//! The operations of a socket that are under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

/// How many operations a socket may have under way.
pub(super) const MOST: usize = 20;

/// The operations under way by their ids.
#[derive(Debug, Default)]
pub(super) struct Running(Mutex<HashMap<String, Operation>>);

#[derive(Debug)]
struct Operation {
    ended: Ended,
    task: Option<AbortHandle>,
}

/// Whether the client has ended an operation: what it still has to say is not sent any more, because its id may be
/// another's by then.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended(Arc<AtomicBool>);

/// Why an operation cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    Taken,
    TooMany,
}

impl Ended {
    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Running {
    /// Gives an id to an operation that is about to begin.
    pub(super) fn enter(&self, id: &str) -> Result<Ended, NoRoom> {
        let mut running = self.lock();
        if running.contains_key(id) {
            return Err(NoRoom::Taken);
        }
        if running.len() >= MOST {
            return Err(NoRoom::TooMany);
        }
        let ended = Ended::default();
        running.insert(id.to_owned(), Operation { ended: ended.clone(), task: None });
        Ok(ended)
    }

    /// Says what works on it, so that it can be ended.
    pub(super) fn works(&self, id: &str, ended: &Ended, task: AbortHandle) {
        // It may be over by now.
        if let Some(operation) = self.lock().get_mut(id).filter(|own| Arc::ptr_eq(&own.ended.0, &ended.0)) {
            operation.task = Some(task);
        }
    }

    /// The operation says its last word next: its id is free for another.
    pub(super) fn leave(&self, id: &str, ended: &Ended) {
        let mut running = self.lock();
        if running.get(id).is_some_and(|own| Arc::ptr_eq(&own.ended.0, &ended.0)) {
            running.remove(id);
        }
    }

    /// Ends an operation for the client.
    pub(super) fn end(&self, id: &str) {
        if let Some(operation) = self.lock().remove(id) {
            operation.end();
        }
    }

    /// Ends all of them.
    pub(super) fn end_all(&self) {
        self.lock().drain().for_each(|(_, operation)| operation.end());
    }

    /// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Operation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operation {
    fn end(self) {
        self.ended.0.store(true, Ordering::Release);
        if let Some(task) = self.task {
            task.abort();
        }
    }
}
