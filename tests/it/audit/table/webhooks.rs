//! The rows of webhooks: the log tells of secrets that there are new ones, and nothing else.

use serde_json::json;
use tests::TestApp;

use super::{Row, from, new};
use crate::calls::segment;
use crate::webhooks::{endpoint, shown, sql};

pub const ROWS: &[Row] = &[
    Row {
        field: "createWebhookEndpoint",
        call: "createWebhookEndpoint(input: {url: \"https://8.8.4.4/in\", events: [SEGMENT_REMOVED]}) { endpoint { id } userErrors { code } }",
        entries: || {
            let changes = json!({"url": new("https://8.8.4.4/in"), "events": new(json!(["SEGMENT_REMOVED"])), "active": new(true),
                "secret": from("•••", "•••")});
            vec![("WebhookEndpoint", "https://8.8.4.4/in", changes)]
        },
        silent: &[
            "createWebhookEndpoint(input: {url: \"https://127.0.0.1/\", events: [SEGMENT_REMOVED]}) { endpoint { id } userErrors { code } }",
            "createWebhookEndpoint(input: {url: \"https://8.8.4.4/\", events: []}) { endpoint { id } userErrors { code } }",
        ],
    },
    Row {
        field: "redeliverWebhook",
        call: "redeliverWebhook(input: {id: \"<delivery>\"}) { delivery { id } userErrors { code } }",
        entries: || {
            let changes = json!({"status": from("FAILED", "PENDING"), "attempts": from(9, 0)});
            vec![("WebhookDelivery", "SEGMENT_CREATED", changes)]
        },
        silent: &[
            "redeliverWebhook(input: {id: \"<delivery>\"}) { delivery { id } userErrors { code } }",
            "redeliverWebhook(input: {id: \"none\"}) { delivery { id } userErrors { code } }",
        ],
    },
    Row {
        field: "updateWebhookEndpoint",
        call: "updateWebhookEndpoint(input: {id: \"<endpoint>\", url: \"https://8.8.4.4/on\", events: [SEGMENT_REMOVED], segments: [{key: \"told\"}], active: false}) {
            endpoint { id } userErrors { code } }",
        entries: || {
            let changes = json!({"url": from("https://8.8.8.8/hook", "https://8.8.4.4/on"), "segments": "*", "active": from(true, false),
                "events": from(json!(["SEGMENT_CREATED"]), json!(["SEGMENT_REMOVED"]))});
            vec![("WebhookEndpoint", "https://8.8.4.4/on", changes)]
        },
        silent: &[
            "updateWebhookEndpoint(input: {id: \"<endpoint>\", url: \"https://8.8.4.4:443/on\", active: false}) { endpoint { id } userErrors { code } }",
            "updateWebhookEndpoint(input: {id: \"<endpoint>\", events: []}) { endpoint { id } userErrors { code } }",
            "updateWebhookEndpoint(input: {id: \"none\", active: true}) { endpoint { id } userErrors { code } }",
        ],
    },
    Row {
        field: "rotateWebhookSecret",
        call: "rotateWebhookSecret(input: {id: \"<endpoint>\"}) { secret userErrors { code } }",
        entries: || vec![("WebhookEndpoint", "https://8.8.4.4/on", json!({"secret": from("•••", "•••")}))],
        silent: &["rotateWebhookSecret(input: {id: \"none\"}) { secret userErrors { code } }"],
    },
    Row {
        field: "removeWebhookEndpoint",
        call: "removeWebhookEndpoint(input: {id: \"<endpoint>\"}) { removedId userErrors { code } }",
        entries: || vec![("WebhookEndpoint", "https://8.8.4.4/on", json!("*"))],
        silent: &["removeWebhookEndpoint(input: {id: \"<endpoint>\"}) { removedId userErrors { code } }"],
    },
];

/// An endpoint, and a delivery to it that was given up; with the secret that the log must not tell.
pub async fn filled(app: &TestApp) -> (Vec<(&'static str, String)>, String) {
    let (id, secret) = endpoint(app, "https://8.8.8.8/hook", &["SEGMENT_CREATED"]).await;
    segment(app, "told", &[]).await;
    sql(app, "UPDATE webhook_delivery SET status = 'FAILED', tries = 9, settled_at = 1").await;
    let (_, deliveries) = shown(app, &id).await;
    let delivery = deliveries[0]["id"].as_str().unwrap().to_owned();
    (vec![("<endpoint>", id), ("<delivery>", delivery)], secret)
}
