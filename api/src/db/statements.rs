//! How many statements a request ran: counted where they run, carried along by the request's task.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

tokio::task_local! {
    /// The count of the request that the running task works for.
    pub static STATEMENTS: StatementCount;
}

/// A count that the tasks of one request share.
#[derive(Clone, Debug, Default)]
pub struct StatementCount(Arc<AtomicUsize>);

impl StatementCount {
    /// How many statements ran so far.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one statement for the request of the running task, if it works for one.
    pub(super) fn add_one() {
        let _ = STATEMENTS.try_with(|count| count.0.fetch_add(1, Ordering::Relaxed));
    }
}
