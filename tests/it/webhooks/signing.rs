//! Signatures, checked by somebody else's verifier.

use serde_json::{Value, json};
use tests::TestApp;

use super::receiver::{Received, Receiver};
use super::{ALL, CREATE, Sender, all_settled, endpoint, made, quick, sql, with_receivers};
use crate::calls::{members, segment};
use crate::dynamic::call;

const ROTATE: &str = "mutation($i: NodeInput!) { rotateWebhookSecret(input: $i) {
    endpoint { id } secret userErrors { code field message } } }";

/// Lets the package of the specification look at what arrived.
async fn verified(app: &TestApp, received: &[Received], secrets: &[&str], strangers: &[&str]) {
    assert!(!received.is_empty());
    let header = |one: &Received, name: &str| (name.to_owned(), json!(one.header(name)));
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let call = |one: &Received| {
        let headers: serde_json::Map<String, Value> = names.iter().map(|name| header(one, name)).collect();
        json!({"headers": headers, "body": one.text})
    };
    let calls: Vec<Value> = received.iter().map(call).collect();
    let file = app.folder().join("calls.json");
    std::fs::write(&file, json!({"secrets": secrets, "strangers": strangers, "calls": calls}).to_string()).unwrap();
    let said = crate::browser::node("webhooks.mjs", &[file.to_str().unwrap()]).await;
    assert!(said.contains(&format!("{} verified", received.len() * secrets.len())), "{said}");
}

fn signatures(one: &Received) -> usize {
    one.header("webhook-signature").split(' ').filter(|part| part.starts_with("v1,")).count()
}

with_receivers! {
    async fn what_arrives_verifies_and_both_secrets_do_for_a_day(app) {
        members(&app, &["m1", "Żaneta 🦊 \"2\""]).await;
        let receiver = Receiver::start().await;
        let (id, first) = endpoint(&app, &receiver.url, &ALL).await;
        let (_, stranger) = made(&call(&app, CREATE, json!({"url": receiver.url, "events": ["CAMPAIGN_ENDED"]})).await);
        assert!(first.starts_with("whsec_") && first != stranger && first.len() > 40, "{first}");
        let sender = Sender::start(&app.app, quick());
        segment(&app, "a", &["m1", "Żaneta 🦊 \"2\""]).await;
        all_settled(&app).await;
        assert!(receiver.received().iter().all(|one| signatures(one) == 1));
        verified(&app, &receiver.received(), &[&first], &[&stranger]).await;

        receiver.forget();
        let (_, second) = made(&call(&app, ROTATE, json!({ "id": id })).await);
        assert_ne!(first, second);
        segment(&app, "b", &["m1"]).await;
        all_settled(&app).await;
        assert!(receiver.received().iter().all(|one| signatures(one) == 2));
        verified(&app, &receiver.received(), &[&first, &second], &[&stranger]).await;

        // A second rotation within the day: the last two sign.
        receiver.forget();
        let (_, third) = made(&call(&app, ROTATE, json!({ "id": id })).await);
        segment(&app, "c", &[]).await;
        all_settled(&app).await;
        verified(&app, &receiver.received(), &[&second, &third], &[&first, &stranger]).await;

        // A day later.
        receiver.forget();
        let day = 24 * 60 * 60 * 1_000;
        sql(&app, &format!("UPDATE webhook_endpoint SET previous_until = previous_until - {day}")).await;
        segment(&app, "d", &["m1"]).await;
        all_settled(&app).await;
        assert!(receiver.received().iter().all(|one| signatures(one) == 1));
        verified(&app, &receiver.received(), &[&third], &[&first, &second, &stranger]).await;
        sender.stop().await;

        // No answer and no entry of the log tells a secret again, whole or in part.
        let everything = "{ webhookEndpoints { nodes { id url events segments { key } allSegments active disabledReason
            deliveries { nodes { id event status attempts { error } endpoint { url } } } } }
            auditLog(first: 250) { nodes { action objectName changes } } }";
        let told = app.graphql(everything, json!({})).await.to_string();
        for secret in [&first, &second, &third, &stranger] {
            assert!(!told.contains(&secret[6..20]), "{told}");
        }
        let update = "mutation($i: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $i) { secret userErrors { code } } }";
        let updated = call(&app, update, json!({"id": id, "active": false})).await;
        assert_eq!(updated, json!({"secret": null, "userErrors": []}));
        let row = tessera::webhooks::endpoints_by_ids(&app.app, &[entity::ids::WebhookEndpointId(1)]).await.unwrap();
        assert!(!format!("{row:?}").contains(&third[6..20]));
    }
}
