//! One attempt at a job.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Worker, backoff};
use crate::jobs::{self, End, Held, Setback, Standing};

/// How long to wait before a settlement that failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often a settlement is tried when the process is to stop; afterwards the lease lapses and the job is done anew.
const LAST_SETTLEMENTS: usize = 3;

/// Why an attempt is broken off.
enum Break {
    Cancelled,
    Lost,
    Halted,
}

impl Worker {
    /// Does the job, or as much of it as may be done. `halt` ends it early.
    pub(super) async fn attempt(self: Arc<Self>, held: Held, halt: CancellationToken) {
        let (id, kind, attempt) = (held.id.0, held.kind.as_str(), held.attempt);
        let end = if held.cancelling {
            Some(End::Cancelled)
        } else if held.tries() > self.pace.tries {
            // It takes its holders down with it.
            Some(End::Failed(format!("It was begun {} times and never came to an end.", held.tries() - 1)))
        } else {
            self.work(&held, &halt).await
        };
        let Some(end) = end else {
            tracing::warn!(job = id, kind, attempt, "a job was taken over by another worker");
            return;
        };
        match self.settle(&held, &end, &halt).await {
            true => tracing::info!(job = id, kind, attempt, end = word(&end), "a job was settled"),
            false => tracing::warn!(
                job = id,
                kind,
                attempt,
                end = word(&end),
                "a job was not settled: it is another worker's"
            ),
        }
    }

    /// How the work ended; none where the job is somebody else's by now.
    async fn work(&self, held: &Held, halt: &CancellationToken) -> Option<End> {
        let Some(handler) = self.handlers.of(&held.kind) else {
            return Some(End::Failed("No version of the program knows this kind of work.".to_owned()));
        };
        let mut work = tokio::spawn(handler(Arc::clone(&self.app), held.clone()));
        let broken = tokio::select! {
            done = &mut work => {
                let done = done.unwrap_or_else(|error| {
                    tracing::error!(job = held.id.0, kind = held.kind, %error, "a job's work broke down");
                    Err(Setback::Retry("Something went wrong on our side; it was noted in the log.".to_owned()))
                });
                match done {
                    Ok(()) => return Some(End::Succeeded),
                    Err(Setback::Fail(why)) => return Some(End::Failed(why)),
                    Err(Setback::Retry(why)) => return Some(self.again(held, why)),
                    Err(Setback::Stopped) => match self.why_stopped(held).await {
                        Some(broken) => broken,
                        None => return Some(self.again(held, "It was broken off.".to_owned())),
                    },
                }
            }
            broken = self.watch(held) => broken,
            () = halt.cancelled() => Break::Halted,
        };
        end_early(held, work).await;
        match broken {
            Break::Cancelled => Some(End::Cancelled),
            Break::Halted => Some(End::Released),
            Break::Lost => None,
        }
    }

    /// Renews the lease until there is a reason to break off.
    async fn watch(&self, held: &Held) -> Break {
        loop {
            tokio::time::sleep(self.pace.beat).await;
            match held.beat().await {
                Ok(Standing::GoesOn) => {}
                Ok(Standing::Cancelling) => return Break::Cancelled,
                Ok(Standing::Lost) => return Break::Lost,
                // Without the database the work cannot do anything either.
                Err(fault) => tracing::warn!(job = held.id.0, ?fault, "a lease could not be renewed"),
            }
        }
    }

    /// Why the work itself found that it should stop; none where there is no reason any more.
    async fn why_stopped(&self, held: &Held) -> Option<Break> {
        match held.beat().await {
            Ok(Standing::Lost) => Some(Break::Lost),
            Ok(Standing::Cancelling) => Some(Break::Cancelled),
            Ok(Standing::GoesOn) | Err(_) => None,
        }
    }

    /// The end of an attempt that may be followed by another one.
    fn again(&self, held: &Held, why: String) -> End {
        if held.tries() >= self.pace.tries {
            return End::Failed(why);
        }
        End::Retry { why, wait: backoff(&self.pace, held.tries()) }
    }

    /// Settles the job, however long the database is away: until then it stays in these hands.
    async fn settle(&self, held: &Held, end: &End, halt: &CancellationToken) -> bool {
        let mut last = 0;
        while last < LAST_SETTLEMENTS {
            match jobs::settle(&self.app, held, end).await {
                Ok(settled) => return settled,
                Err(fault) => {
                    tracing::warn!(job = held.id.0, ?fault, "a job could not be settled; the next try follows")
                }
            }
            last += usize::from(halt.is_cancelled());
            tokio::time::sleep(AGAIN).await;
        }
        false
    }
}

/// How it ended, without the sentence: whoever may see the job reads it there.
fn word(end: &End) -> &'static str {
    match end {
        End::Succeeded => "succeeded",
        End::Retry { .. } => "will be tried again",
        End::Failed(_) => "failed",
        End::Cancelled => "cancelled",
        End::Released => "released",
    }
}

/// Ends the work where it stands: a transaction that is open is rolled back, and a job can bear being begun anew.
async fn end_early(held: &Held, work: JoinHandle<Result<(), Setback>>) {
    held.stop.cancel();
    if !work.is_finished() {
        work.abort();
        let _ = work.await;
    }
}
