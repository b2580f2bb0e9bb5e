//! One queue in the hands of its holder: what it holds is sent one after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::calendar::Millis;
use entity::ids::{SegmentId, WebhookEndpointId};
use entity::{webhook_delivery, webhook_endpoint};
use reqwest::header::{HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;

use super::outbound::{Call, Outbound, Outcome};
use super::{endpoint_store, given_up, payload, queue_store as store, schedule, secret};
use crate::app::App;
use crate::error::Fault;
use crate::global_id::GlobalId;

/// How many deliveries are sent before others may come first.
const IN_A_ROW: usize = 100;
/// How often it is tried to write down what came of an attempt; who cannot sends it once more when the lease has lapsed.
const SETTLEMENTS: usize = 10;
/// How long to wait in between.
const AGAIN: Duration = Duration::from_millis(500);

/// What one endpoint is told of one segment, held for a while.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) endpoint: WebhookEndpointId,
    pub(super) segment: SegmentId,
    /// Nobody else has this name.
    pub(super) holder: String,
}

/// What sending needs.
pub(super) struct Sending {
    pub(super) app: Arc<App>,
    pub(super) outbound: Outbound,
    /// How long a queue is its holder's after each sign of life: longer than a call may take.
    pub(super) lease: Duration,
    /// Nothing more is begun.
    pub(super) stop: CancellationToken,
    /// What is under way is broken off.
    pub(super) halt: CancellationToken,
}

enum Step {
    /// It was delivered: the next one may follow.
    Delivered,
    /// It was not, and nothing is to be sent before it.
    Failed,
    /// There is nothing to be sent now.
    Rests,
    /// The queue is somebody else's.
    Lost,
}

impl Sending {
    /// Sends from a queue as long as all goes well, then gives it back. Answers whether the last attempt worked; none where
    /// there was none.
    pub(super) async fn work(&self, queue: Queue) -> Option<bool> {
        let mut worked = None;
        for _ in 0..IN_A_ROW {
            if self.stop.is_cancelled() {
                break;
            }
            match self.step(&queue).await {
                Ok(Step::Delivered) => worked = Some(true),
                Ok(Step::Failed) => {
                    worked = Some(false);
                    break;
                }
                Ok(Step::Rests) => break,
                Ok(Step::Lost) => return worked,
                // The lease stays: without the database nobody would know what was sent already.
                Err(fault) => {
                    tracing::warn!(endpoint = queue.endpoint.0, ?fault, "a delivery was broken off; a try follows");
                    return worked;
                }
            }
        }
        if let Err(fault) = store::release(self.app.db.writer(), &queue).await {
            tracing::warn!(
                endpoint = queue.endpoint.0,
                ?fault,
                "a queue could not be given back; its lease will lapse"
            );
        }
        worked
    }

    async fn step(&self, queue: &Queue) -> Result<Step, Fault> {
        let now = self.app.clock.real_millis();
        if !store::renew(self.app.db.writer(), queue, now.saturating_add(millis(self.lease))).await? {
            return Ok(Step::Lost);
        }
        let reader = self.app.db.reader();
        let Some(delivery) = store::head(reader, queue).await? else { return Ok(Step::Rests) };
        let endpoint = endpoint_store::endpoints(reader, &[queue.endpoint]).await?.pop();
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.active) else { return Ok(Step::Rests) };
        if delivery.next_attempt_at.is_some_and(|at| at > now) {
            return Ok(Step::Rests);
        }
        let call = self.call(&endpoint, &delivery, now).await?;
        let begun = Instant::now();
        let Some(outcome) = self.halt.run_until_cancelled(self.outbound.post(call)).await else {
            return Ok(Step::Rests);
        };
        let duration = millis(begun.elapsed());
        for _ in 1..SETTLEMENTS {
            match self.settle(queue, &endpoint, &delivery, now, duration, &outcome).await {
                Err(fault) if !self.halt.is_cancelled() => {
                    tracing::debug!(?fault, "a delivery could not be written down; the next try follows");
                    tokio::time::sleep(AGAIN).await;
                }
                settled => return settled,
            }
        }
        self.settle(queue, &endpoint, &delivery, now, duration, &outcome).await
    }

    /// The request: the signature is over the id, the time and the very bytes of the body.
    async fn call(
        &self,
        endpoint: &webhook_endpoint::Model,
        delivery: &webhook_delivery::Model,
        now: Millis,
    ) -> Result<Call, Fault> {
        let body = payload::body(&self.app, delivery).await?;
        let id = GlobalId::WebhookDelivery(delivery.id).text();
        let signatures = secret::signatures(endpoint, &id, now, &body)?;
        let mut headers = HeaderMap::new();
        let timestamp = now.div_euclid(1_000).to_string();
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signatures)] {
            let value = HeaderValue::from_str(&value).map_err(|error| Fault::new(error.to_string()))?;
            headers.insert(name, value);
        }
        Ok(Call { url: endpoint.url.clone(), headers, body })
    }

    async fn settle(
        &self,
        queue: &Queue,
        endpoint: &webhook_endpoint::Model,
        delivery: &webhook_delivery::Model,
        at: Millis,
        duration: i64,
        outcome: &Outcome,
    ) -> Result<Step, Fault> {
        let txn = self.app.db.begin().await?;
        if !store::hold(&txn, queue).await? {
            return Ok(Step::Lost);
        }
        let now = self.app.clock.real_millis();
        store::write_attempt(&txn, delivery.id, at, duration, outcome).await?;
        let mut disabled = false;
        match (&outcome.error, outcome.status) {
            (None, _) => store::deliver(&txn, delivery.id, now).await?,
            (Some(_), Some(GONE)) => {
                let why = "The receiver answered 410: it wants no more deliveries.".to_owned();
                disabled = given_up::give_up(&self.app, &txn, endpoint, delivery, why).await?;
            }
            (Some(error), _) => match schedule::wait(delivery.tries + 1, outcome.retry_after) {
                Some(wait) => store::put_off(&txn, delivery, now.saturating_add(millis(wait))).await?,
                None => {
                    let why = format!("A delivery failed {} times. {error}", delivery.tries + 1);
                    disabled = given_up::give_up(&self.app, &txn, endpoint, delivery, why).await?;
                }
            },
        }
        txn.commit().await?;
        self.tell(endpoint, delivery, outcome, disabled);
        Ok(if outcome.error.is_none() { Step::Delivered } else { Step::Failed })
    }

    /// The URL is left out: it may hold a secret of the receiver's.
    fn tell(
        &self,
        endpoint: &webhook_endpoint::Model,
        delivery: &webhook_delivery::Model,
        outcome: &Outcome,
        disabled: bool,
    ) {
        let (endpoint, delivery, event) = (endpoint.id.0, delivery.id.0, delivery.event.word());
        let Outcome { status, error, .. } = outcome;
        match error {
            None => tracing::debug!(endpoint, delivery, event, status, "a webhook was delivered"),
            Some(_) if disabled => tracing::warn!(endpoint, delivery, event, status, "a webhook endpoint was disabled"),
            Some(_) => tracing::info!(endpoint, delivery, event, status, "a webhook was not delivered; a try follows"),
        }
    }
}

/// The receiver is gone for good.
const GONE: u16 = 410;

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
