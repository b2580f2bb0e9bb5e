//! A job in the hands of its holder.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use entity::ids::JobId;
use entity::job;
use sea_orm::ConnectionTrait;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::store;
use crate::app::App;
use crate::db::Txn;
use crate::error::{Fault, FaultKind, Stop};

/// A job in the hands of its holder, for one attempt.
#[derive(Clone)]
pub struct Held {
    app: Arc<App>,
    /// Which job.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// The number of this attempt, from 1.
    pub attempt: i64,
    /// Somebody asked to stop it before this attempt began.
    pub cancelling: bool,
    /// Cancelled when the attempt is to end early; work on a thread of its own looks at it.
    pub stop: CancellationToken,
    pub(super) holder: String,
    lease: Duration,
    arguments: String,
    /// The last attempt that got further.
    useful: Arc<AtomicI64>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) done: i64,
    pub(super) total: Option<i64>,
    /// What is done stays done.
    pub(super) is_useful: bool,
}

/// Whether a holder still holds its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may go on.
    GoesOn,
    /// Somebody asked to stop the job.
    Cancelling,
    /// The lease lapsed and somebody else took the job over, or it is finished.
    Lost,
}

/// Why an attempt did not come to its end.
#[derive(Debug)]
pub enum Setback {
    /// Something that may be different next time; the sentence is shown.
    Retry(String),
    /// Something that will not be different next time; the sentence is shown.
    Fail(String),
    /// The job was cancelled or is somebody else's by now.
    Stopped,
}

impl Held {
    pub(super) fn new(app: Arc<App>, row: job::Model, holder: &str, lease: Duration) -> Self {
        Self {
            app,
            id: row.id,
            kind: row.kind,
            attempt: row.attempts,
            cancelling: row.cancelling,
            stop: CancellationToken::new(),
            holder: holder.to_owned(),
            lease,
            arguments: row.arguments,
            useful: Arc::new(AtomicI64::new(row.useful_attempt)),
        }
    }

    /// What it works on.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, Setback> {
        read(&self.arguments)
    }

    /// The same as it stands by now, where somebody may have changed it since the attempt began.
    pub async fn arguments_now<T: DeserializeOwned>(&self, db: &impl ConnectionTrait) -> Result<T, Setback> {
        match store::job(db, self.id).await? {
            Some(row) => read(&row.arguments),
            None => Err(Setback::Stopped),
        }
    }

    /// Says how far it is, and whether to go on.
    pub async fn step(&self, done: i64, total: Option<i64>) -> Result<(), Setback> {
        self.note(Progress { done, total, is_useful: false }).await
    }

    /// The same within the transaction of work that stays done, whatever becomes of this attempt; the last thing before its
    /// commit, as [`Held::fence`] is. Where it answers false, somebody else holds the job, or asked to stop it.
    pub async fn advance(&self, txn: &Txn, done: i64, total: i64) -> Result<bool, Fault> {
        let progress = Progress { done, total: Some(total), is_useful: true };
        Ok(store::renew(txn, self, self.lease_until(), Some(progress)).await? == Standing::GoesOn)
    }

    /// That work is committed: this attempt is no failed try any more.
    pub fn advanced(&self) {
        self.useful.store(self.attempt, Ordering::Relaxed);
    }

    /// How many attempts, with this one, there were since one got further.
    pub fn tries(&self) -> i64 {
        (self.attempt - self.useful.load(Ordering::Relaxed)).max(1)
    }

    async fn note(&self, progress: Progress) -> Result<(), Setback> {
        if self.stop.is_cancelled() {
            return Err(Setback::Stopped);
        }
        match store::renew(self.app.db.writer(), self, self.lease_until(), Some(progress)).await? {
            Standing::GoesOn => Ok(()),
            Standing::Cancelling | Standing::Lost => Err(Setback::Stopped),
        }
    }

    /// Sees to it that a transaction is committed only while the job is still the holder's and nobody asked to stop it:
    /// the last thing before the commit. Until then nobody else can take the job over.
    pub async fn fence(&self, txn: &Txn) -> Result<(), Setback> {
        if store::hold(txn, self).await? { Ok(()) } else { Err(Setback::Stopped) }
    }

    /// Renews the lease.
    pub async fn beat(&self) -> Result<Standing, Fault> {
        store::renew(self.app.db.writer(), self, self.lease_until(), None).await
    }

    fn lease_until(&self) -> i64 {
        self.app.clock.real_millis().saturating_add(millis(self.lease))
    }
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, Setback> {
    let read = serde_json::from_str(arguments);
    read.map_err(|_| Setback::Fail("This version of the program cannot read what the job is about.".to_owned()))
}

/// A duration as the database keeps it.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl<E: Into<Fault>> From<E> for Setback {
    fn from(error: E) -> Self {
        let fault = error.into();
        let sentence = match fault.kind {
            FaultKind::Unavailable => "The database could not be reached.",
            FaultKind::Timeout => "It took too long and was stopped.",
            FaultKind::NoRoom => "There is no room left on the database's disk.",
            FaultKind::Conflict => "Other changes of the same rows came in between, time and again.",
            _ => {
                tracing::error!(?fault, "a job met a fault");
                "Something went wrong on our side; it was noted in the log."
            }
        };
        Self::Retry(sentence.to_owned())
    }
}

impl Setback {
    /// What a refused or broken operation means to its job.
    pub fn of(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Refused(refusals) => {
                let sentences: Vec<String> = refusals.into_iter().map(|refusal| refusal.message).collect();
                Self::Fail(sentences.join("; "))
            }
        }
    }
}
