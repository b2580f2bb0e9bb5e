//! Sends what the outbox holds, for as long as the process runs. Several processes share the work of one database: each
//! queue is one process's at a time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use entity::ids::WebhookEndpointId;
use rand::Rng;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::outbound::Outbound;
use super::queue::{Queue, Sending, millis};
use super::{CHANNEL, queue_store as store};
use crate::app::App;
use crate::db;
use crate::error::{Fault, FaultKind};

/// How much is sent at once, and how long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many queues at once.
    pub at_once: usize,
    /// How many of them to one endpoint, so that one that hangs does not keep the others waiting.
    pub to_one: usize,
    /// How many of them endpoints whose last attempt failed may not take, however many of them hang.
    pub kept: usize,
    /// How long a queue is its holder's after each sign of life.
    pub lease: Duration,
    /// How often to look for what nobody told of.
    pub poll: Duration,
    /// How long one attempt may take altogether.
    pub limit: Duration,
    /// How long attempts under way may take when the process is to stop; they are made once more later.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 32,
            to_one: 4,
            kept: 8,
            lease: Duration::from_secs(60),
            poll: Duration::from_millis(500),
            limit: Duration::from_secs(15),
            grace: Duration::from_secs(5),
        }
    }
}

/// Sends until the token is cancelled.
pub async fn run(app: Arc<App>, pace: Pace, stop: CancellationToken) {
    let outbound = match Outbound::new(app.settings.webhook_allow_private, pace.limit, app.clock) {
        Ok(outbound) => outbound,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent by this process");
            return;
        }
    };
    let (told, halt) = (Arc::new(Notify::new()), CancellationToken::new());
    let hearing = tokio::spawn(hear(Arc::clone(&app), Arc::clone(&told)));
    let sending = Sending { app, outbound, lease: pace.lease, stop: stop.clone(), halt: halt.clone() };
    let mut sender = Sender {
        sending: Arc::new(sending),
        pace,
        hands: JoinSet::new(),
        busy: HashMap::new(),
        failing: HashSet::new(),
    };
    let mut reached = true;
    while !stop.is_cancelled() {
        match sender.begin().await {
            Ok(()) => reached = true,
            Err(fault) => {
                if reached || fault.kind != FaultKind::Unavailable {
                    tracing::warn!(?fault, "nothing can be sent at this moment; tries follow");
                }
                reached = false;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            Some(ended) = sender.hands.join_next() => sender.ended(ended.ok()),
            () = told.notified() => {}
            () = tokio::time::sleep(pace.poll) => {}
        }
    }
    let ending = async { while sender.hands.join_next().await.is_some() {} };
    if tokio::time::timeout(pace.grace, ending).await.is_err() {
        halt.cancel();
        while sender.hands.join_next().await.is_some() {}
    }
    hearing.abort();
}

/// Whose hand is free again, and whether the last attempt worked.
type Done = (WebhookEndpointId, Option<bool>);

struct Sender {
    sending: Arc<Sending>,
    pace: Pace,
    hands: JoinSet<Done>,
    /// How many hands send to an endpoint.
    busy: HashMap<WebhookEndpointId, usize>,
    /// The endpoints whose last attempt by this process failed.
    failing: HashSet<WebhookEndpointId>,
}

impl Sender {
    /// Takes as many queues as there are free hands.
    async fn begin(&mut self) -> Result<(), Fault> {
        if self.hands.len() >= self.pace.at_once {
            return Ok(());
        }
        let app = &self.sending.app;
        // Looking takes no writer, and mostly there is nothing.
        let due = store::due(app.db.reader(), app.clock.real_millis()).await?;
        for one in due {
            if self.hands.len() >= self.pace.at_once {
                break;
            }
            if !self.may_send_to(one.endpoint_id) {
                continue;
            }
            // The process, for whoever looks into the table, and something that no other holder has.
            let holder = format!("{}-{:016x}", std::process::id(), rand::rng().random::<u64>());
            let queue = Queue { endpoint: one.endpoint_id, segment: one.segment_id, holder };
            let now = app.clock.real_millis();
            let until = now.saturating_add(millis(self.pace.lease));
            if store::claim(app.db.writer(), &queue, now, until).await? {
                *self.busy.entry(one.endpoint_id).or_default() += 1;
                let sending = Arc::clone(&self.sending);
                self.hands.spawn(async move { (queue.endpoint, sending.work(queue).await) });
            }
        }
        Ok(())
    }

    /// Whether a hand is free for one more queue of an endpoint.
    fn may_send_to(&self, endpoint: WebhookEndpointId) -> bool {
        if self.busy.get(&endpoint).is_some_and(|busy| *busy >= self.pace.to_one) {
            return false;
        }
        if !self.failing.contains(&endpoint) {
            return true;
        }
        let failing = self.busy.iter().filter(|(other, _)| self.failing.contains(other));
        failing.map(|(_, busy)| busy).sum::<usize>() < self.pace.at_once.saturating_sub(self.pace.kept).max(1)
    }

    /// A hand is free again; which one is not known where it broke down, and then all are counted anew.
    fn ended(&mut self, done: Option<Done>) {
        match done {
            Some((endpoint, worked)) => {
                match worked {
                    Some(true) => drop(self.failing.remove(&endpoint)),
                    Some(false) => drop(self.failing.insert(endpoint)),
                    None => {}
                }
                if let Some(busy) = self.busy.get_mut(&endpoint) {
                    *busy = busy.saturating_sub(1);
                }
            }
            None => {
                tracing::error!("a delivery broke down; it will be tried again");
                self.busy.clear();
            }
        }
        self.busy.retain(|_, busy| *busy > 0);
    }
}

/// Hears what other processes, and this one, have written.
async fn hear(app: Arc<App>, told: Arc<Notify>) {
    db::listen(&app.settings.database_url, &[CHANNEL], |_| told.notify_one()).await;
}
