//! Webhooks: what happened is told to real receivers, at least once, in its order, and signed as the specification says.

mod addresses;
mod calls;
mod chances;
mod changes;
mod failing;
mod kills;
pub mod order;
pub mod receiver;
mod signing;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tessera::app::App;
use tessera::config::Settings;
use tessera::webhooks::{self, Pace};
use tests::TestApp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::dynamic::call;
use crate::jobs::until;

pub const CREATE: &str = "mutation($i: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $i) {
    endpoint { id url events segments { key } allSegments active disabledReason } secret userErrors { code field message } } }";
pub const UPDATE: &str = "mutation($i: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $i) {
    endpoint { id url events segments { key } allSegments active disabledReason } secret userErrors { code field message } } }";
pub const REDELIVER: &str = "mutation($i: NodeInput!) { redeliverWebhook(input: $i) {
    delivery { id status nextAttemptAt } userErrors { code field message } } }";
pub const DELIVERIES: &str = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { active disabledReason
    deliveries(first: 250) { nodes { id event status nextAttemptAt createdAt endpoint { id }
        attempts { at durationMs responseStatus error } } } } } }";

/// Every event that can happen.
pub const ALL: [&str; 9] = [
    "SEGMENT_CREATED",
    "SEGMENT_UPDATED",
    "SEGMENT_ACTIVATED",
    "SEGMENT_DEACTIVATED",
    "SEGMENT_REMOVED",
    "MEMBER_JOINED_SEGMENT",
    "MEMBER_LEFT_SEGMENT",
    "CAMPAIGN_STARTED",
    "CAMPAIGN_ENDED",
];
pub const MOVES: [&str; 2] = ["MEMBER_JOINED_SEGMENT", "MEMBER_LEFT_SEGMENT"];

/// Tests on both databases, of servers that may send to receivers on this machine.
macro_rules! with_receivers {
    ($(async fn $name:ident($app:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: std::sync::Arc<tests::TestApp>) $body

            #[test]
            fn sqlite() {
                tests::run_with(tests::Database::Sqlite, crate::webhooks::inside, body);
            }

            #[test]
            fn postgres() {
                tests::run_with(tests::Database::Postgres, crate::webhooks::inside, body);
            }
        }
    )*};
}
pub(crate) use with_receivers;

/// Settings that let webhooks stay on this machine.
pub fn inside(settings: &mut Settings) {
    settings.webhook_allow_private = true;
}

/// Sends beside the test, as a server does.
pub struct Sender {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Sender {
    pub fn start(app: &Arc<App>, pace: Pace) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(webhooks::run(Arc::clone(app), pace, stop.clone()));
        Self { stop, task }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// A pace for tests: nothing waits for long, and leases hold until a test lets them lapse.
pub fn quick() -> Pace {
    Pace {
        poll: Duration::from_millis(20),
        limit: Duration::from_millis(500),
        lease: Duration::from_secs(600),
        grace: Duration::from_millis(100),
        ..Pace::default()
    }
}

/// Makes an endpoint of every segment; answers its id and its secret.
pub async fn endpoint(app: &TestApp, url: &str, events: &[&str]) -> (String, String) {
    made(&call(app, CREATE, json!({"url": url, "events": events})).await)
}

/// The id and the secret of a payload.
pub fn made(payload: &Value) -> (String, String) {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let id = payload["endpoint"]["id"].as_str().unwrap().to_owned();
    (id, payload["secret"].as_str().unwrap().to_owned())
}

/// An endpoint with its deliveries, the oldest first.
pub async fn shown(app: &TestApp, id: &str) -> (Value, Vec<Value>) {
    let mut endpoint = app.graphql(DELIVERIES, json!({ "id": id })).await["node"].clone();
    let mut deliveries = endpoint["deliveries"]["nodes"].as_array().unwrap().clone();
    deliveries.reverse();
    endpoint.as_object_mut().unwrap().remove("deliveries");
    (endpoint, deliveries)
}

/// Runs a statement, as if time had passed or somebody else had been there.
pub async fn sql(app: &TestApp, text: &str) {
    app.app.db.writer().execute_unprepared(text).await.unwrap();
}

/// Lets every wait be over.
pub async fn due(app: &TestApp) {
    sql(app, "UPDATE webhook_delivery SET next_attempt_at = 0 WHERE next_attempt_at > 0").await;
}

/// Lets the leases of whoever sends lapse.
pub async fn lapse(app: &TestApp) {
    sql(app, "UPDATE webhook_queue SET lease_until = 0").await;
}

/// How many rows a condition holds for.
pub async fn rows(app: &TestApp, from: &str) -> i64 {
    let text = format!("SELECT COUNT(*) AS many FROM {from}");
    let statement = Statement::from_string(app.app.db.backend(), text);
    app.app.db.writer().query_one_raw(statement).await.unwrap().unwrap().try_get("", "many").unwrap()
}

/// Waits until nothing is to be sent any more.
pub async fn all_settled(app: &TestApp) {
    let pending = "webhook_delivery WHERE status = 'PENDING'";
    until("everything to be told", async || rows(app, pending).await == 0).await;
}
