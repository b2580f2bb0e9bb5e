//! Long work: a queue in the database. A job is written in the transaction that asks for it, worked on under a lease, and
//! taken over when its holder dies. Who works on jobs, and how each kind is done, is the `worker`'s business.

mod held;
mod ops;
mod store;

use std::time::Duration;

use serde_json::Value;

pub use held::{Held, Setback, Standing};
pub use ops::{JobFilter, by_id, cancel, claim, count, enqueue, enqueue_once, page, settle, wake};

/// The channel on which PostgreSQL tells all processes of new jobs.
pub const CHANNEL: &str = "tessera_job";

/// Work to be done some time after the transaction.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What is to be done: the worker has a handler for each kind.
    pub kind: &'static str,
    /// What it works on: ids, never values, which are read anew.
    pub arguments: Value,
}

/// Who claims, and how.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The name of the one who works: nobody else has it.
    pub holder: &'a str,
    /// What kinds of work it knows.
    pub kinds: &'a [&'static str],
    /// How long the job is the holder's before somebody else may take it over.
    pub lease: Duration,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Succeeded,
    /// It is to be tried again, not before so long; the sentence says why.
    Retry {
        /// Why, as a sentence without secrets.
        why: String,
        /// How long to wait.
        wait: Duration,
    },
    /// It cannot be done; the sentence says why.
    Failed(String),
    /// Somebody asked to stop it.
    Cancelled,
    /// The holder ends without having finished: somebody else may begin anew at once.
    Released,
}
