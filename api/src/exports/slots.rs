//! How many downloads run at once in a process: each holds a connection of its own and a moment of the database, and
//! neither may starve the others.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of one process.
#[derive(Clone, Debug)]
pub struct Slots(Arc<Semaphore>);

/// How many there are.
const AT_ONCE: usize = 4;

impl Default for Slots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Slots {
    /// A place, kept until it is dropped; none where all are taken.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// How many are free.
    pub fn free(&self) -> usize {
        self.0.available_permits()
    }
}
