//! Works on the jobs of the queue: claims them, keeps their leases, and settles them. Beside a server, or by itself.

mod attempt;
mod erasure_sweep;
mod evaluation;
mod handlers;
mod import;
mod program_zone;
mod value_model;

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use handlers::Handlers;

use crate::app::App;
use crate::error::FaultKind;
use crate::jobs::{self, Claim};
use crate::{db, program};

/// How often things are done, and how long they may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many jobs at once.
    pub at_once: usize,
    /// How long a job is its holder's; a holder that was not heard of for so long is taken for dead.
    pub lease: Duration,
    /// How often the lease is renewed.
    pub beat: Duration,
    /// How often to look for jobs that nobody told of.
    pub poll: Duration,
    /// How often a job is tried before it fails for good.
    pub tries: i64,
    /// How long to wait before the second try; before each further one twice as long.
    pub backoff: Duration,
    /// How long jobs under way may take when the process is to stop.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 2,
            lease: Duration::from_secs(30),
            beat: Duration::from_secs(10),
            poll: Duration::from_secs(1),
            tries: 5,
            backoff: Duration::from_secs(2),
            grace: Duration::from_secs(10),
        }
    }
}

/// The longest wait before a try.
const LONGEST: Duration = Duration::from_secs(300);

/// Works on jobs.
pub struct Worker {
    app: Arc<App>,
    handlers: Handlers,
    pace: Pace,
    name: String,
}

impl Worker {
    /// A worker with handlers for the kinds of jobs that it claims.
    pub fn new(app: Arc<App>, handlers: Handlers, pace: Pace) -> Self {
        // The process, for whoever looks into the table, and something that no other process has.
        let name = format!("{}-{:016x}", std::process::id(), rand::rng().random::<u64>());
        Self { app, handlers, pace, name }
    }

    /// The name under which it holds jobs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Works until the token is cancelled. Jobs under way may finish within the grace, then their leases are released.
    pub async fn run(self, stop: CancellationToken) {
        let me = Arc::new(self);
        let hearing = tokio::spawn(Arc::clone(&me).hear());
        let (halt, mut attempts) = (CancellationToken::new(), JoinSet::new());
        let mut reached = true;
        while !stop.is_cancelled() {
            while attempts.len() < me.pace.at_once && !stop.is_cancelled() {
                match jobs::claim(&me.app, me.claim()).await {
                    Ok(Some(held)) => drop(attempts.spawn(Arc::clone(&me).attempt(held, halt.clone()))),
                    Ok(None) => break,
                    Err(fault) => {
                        tracing::error!(?fault, "no job could be claimed; the next try follows");
                        break;
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = attempts.join_next() => {}
                () = me.app.work.notified(), if attempts.len() < me.pace.at_once => {}
                () = tokio::time::sleep(jittered(me.pace.poll)) => reached = me.look(reached).await,
            }
        }
        let in_time =
            tokio::time::timeout(me.pace.grace, async { while attempts.join_next().await.is_some() {} }).await;
        if in_time.is_err() {
            halt.cancel();
            while attempts.join_next().await.is_some() {}
        }
        hearing.abort();
    }

    fn claim(&self) -> Claim<'_> {
        Claim { holder: &self.name, kinds: self.handlers.kinds(), lease: self.pace.lease }
    }

    /// Sees what other processes changed of the programme. Tells it once where the database cannot be reached.
    async fn look(&self, reached: bool) -> bool {
        match self.app.look_at_program().await {
            Ok(_) => true,
            Err(fault) => {
                if reached || fault.kind != FaultKind::Unavailable {
                    tracing::warn!(?fault, "the programme could not be read; the next try follows");
                }
                false
            }
        }
    }

    /// Hears what other processes tell.
    async fn hear(self: Arc<Self>) {
        let (program_changed, mut program_changes) = tokio::sync::mpsc::unbounded_channel::<()>();
        let app = Arc::clone(&self.app);
        let told = move |channel: &str| match channel {
            jobs::CHANNEL => app.work.notify_one(),
            _ => drop(program_changed.send(())),
        };
        let looking = async {
            while program_changes.recv().await.is_some() {
                self.look(true).await;
            }
        };
        let channels = [jobs::CHANNEL, program::CHANNEL];
        tokio::join!(db::listen(&self.app.settings.database_url, &channels, told), looking);
    }
}

/// Between three quarters of a time and five quarters, so that processes that began together do not stay together.
fn jittered(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.75..1.25))
}

/// How long to wait after so many tries.
fn backoff(pace: &Pace, tries: i64) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(0).min(20);
    jittered(pace.backoff.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST))
}
