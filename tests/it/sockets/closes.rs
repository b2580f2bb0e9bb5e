//! Every way to be closed, and what is answered instead.

use futures::SinkExt;
use serde_json::json;
use tests::{Database, TestApp, on_both, run};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Message;

use super::{Client, EVENTS, url_of};

async fn code(client: Client) -> u16 {
    client.closed().await.0
}

on_both! {
    async fn each_mistake_has_its_code(app) {
        let silent = Client::open(&app.base).await;
        for token in ["", "x", "a.b.c", &format!("{}x", app.token)] {
            let mut client = Client::open(&app.base).await;
            client.init(token).await;
            assert_eq!(code(client).await, 4403, "{token:?}");
        }
        let mut client = Client::open(&app.base).await;
        client.say(&json!({"type": "connection_init"})).await;
        assert_eq!(code(client).await, 4403);

        let mut client = Client::open(&app.base).await;
        client.say(&json!({"type": "ping"})).await;
        assert_eq!(client.next().await, json!({"type": "pong"}));
        client.subscribe("1", EVENTS, json!({})).await;
        assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));

        let mut client = Client::owner(&app).await;
        client.init(&app.token).await;
        assert_eq!(code(client).await, 4429);

        let mut client = Client::owner(&app).await;
        client.subscribe("one", EVENTS, json!({})).await;
        client.subscribe("one", EVENTS, json!({})).await;
        assert_eq!(client.closed().await, (4409, "Subscriber for one already exists".to_owned()));
        let mut client = Client::owner(&app).await;
        let long = "ż".repeat(2_000);
        client.subscribe(&long, EVENTS, json!({})).await;
        client.subscribe(&long, EVENTS, json!({})).await;
        assert_eq!(code(client).await, 4409);

        for text in ["", "{", "[]", "{\"type\":\"start\",\"id\":\"1\"}", "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}"] {
            let mut client = Client::owner(&app).await;
            client.send(text).await;
            assert_eq!(code(client).await, 4400, "{text}");
        }
        let mut client = Client::owner(&app).await;
        client.0.send(Message::binary(b"{\"type\":\"ping\"}".to_vec())).await.unwrap();
        assert_eq!(code(client).await, 4400);
        let mut client = Client::owner(&app).await;
        client.say(&json!({"type": "ping", "payload": {"x": "x".repeat(60_000)}})).await;
        assert_eq!(client.next().await, json!({"type": "pong"}));
        client.say(&json!({"type": "ping", "payload": {"x": "x".repeat(70_000)}})).await;
        assert_eq!(code(client).await, 1009);

        let client = Client::with(url_of(&app.base).into_client_request().unwrap()).await;
        assert_eq!(code(client).await, 4406);
        assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".to_owned()));
    }

    async fn what_cannot_be_executed_is_answered_with_an_error(app) {
        let mut client = Client::owner(&app).await;
        let fields = "__typename ".repeat(3_000);
        let deep = format!("{{ a(x: {}", "[".repeat(10_000));
        for (query, variables) in [
            ("subscription {", json!({})),
            ("subscription { noSuchField }", json!({})),
            ("subscription { membershipEvents { nothing } }", json!({})),
            ("subscription($x: Int) { membershipEvents(nothing: $x) { cursor } }", json!({})),
            ("subscription { membershipEvents(after: \"x\") { cursor } }", json!({})),
            ("subscription { membershipEvents(segment: {key: \"none\"}) { cursor } }", json!({})),
            ("subscription { segmentUpdated(segment: {key: \"none\"}) { key } }", json!({})),
            ("subscription { jobProgress(id: \"none\") { id } }", json!({})),
            ("subscription { a: segmentUpdated { key } b: segmentUpdated { key } }", json!({})),
            ("subscription { ...F } fragment F on Subscription { segmentUpdated { key } }", json!({})),
            ("subscription { segmentUpdated @skip(if: true) { key } }", json!({})),
            ("subscription($id: ID!) { jobProgress(id: $id) { id } }", json!({})),
            ("subscription($id: ID!) { jobProgress(id: $id) { id } }", json!({"id": {}})),
            ("mutation { createSegment(input: {name: \"x\"}) { userErrors { code } } }", json!({})),
            ("{ noSuchField }", json!({})),
            (&format!("{{ {fields} }}"), json!({})),
            (&deep, json!({})),
        ] {
            client.subscribe("1", query, variables).await;
            assert_eq!(client.error("1").await, "BAD_USER_INPUT", "{query}");
        }
        let many = app.graphql("{ segments { totalCount } }", json!({})).await;
        assert_eq!(many["segments"]["totalCount"], 0);
        // Subscriptions are nothing for HTTP.
        let answer = app.send(Some(&app.token), EVENTS, json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "BAD_USER_INPUT"), "{}", answer.body);
    }

    async fn queries_are_answered_too(app) {
        let mut client = Client::owner(&app).await;
        client.subscribe("q", "query Who { viewer { user { email } } missing: segment(ref: {key: \"none\"}) { key } }", json!({})).await;
        assert_eq!(client.data("q").await, json!({"viewer": {"user": {"email": tests::OWNER}}, "missing": null}));
        assert_eq!(client.next().await, json!({"type": "complete", "id": "q"}));
        let analyst = app.token_of(entity::kinds::Role::Analyst).await;
        let mut client = Client::of(&app.base, &analyst).await;
        client.subscribe("q", "{ users { totalCount } }", json!({})).await;
        let answer = client.next().await;
        assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    }

    async fn a_socket_has_twenty_operations_and_an_id_is_free_again_when_its_operation_is_over(app) {
        let mut client = Client::owner(&app).await;
        for id in 0..20 {
            client.subscribe(&id.to_string(), EVENTS, json!({})).await;
        }
        client.subscribe("more", EVENTS, json!({})).await;
        assert_eq!(client.error("more").await, "RATE_LIMITED");
        for _ in 0..3 {
            client.complete("7").await;
            client.subscribe("7", "{ __typename }", json!({})).await;
            assert_eq!(client.data("7").await, json!({"__typename": "Query"}));
            assert_eq!(client.next().await, json!({"type": "complete", "id": "7"}));
        }
        client.complete("never begun").await;
        client.subscribe("again", EVENTS, json!({})).await;
        client.subscribe("again", EVENTS, json!({})).await;
        assert_eq!(code(client).await, 4409);
    }
}

#[test]
fn a_caller_has_fifty_sockets_and_others_are_not_the_worse_for_it() {
    run(Database::Sqlite, async |app: std::sync::Arc<TestApp>| {
        let mut open = Vec::new();
        for _ in 0..50 {
            open.push(Client::owner(&app).await);
        }
        assert!(app.app.metrics.encode().contains("tessera_sockets 50\n"), "{}", app.app.metrics.encode());
        let mut client = Client::open(&app.base).await;
        client.init(&app.token).await;
        assert_eq!(client.closed().await, (1013, "you have too many sockets open".to_owned()));
        let other = app.token_of(entity::kinds::Role::Analyst).await;
        drop(Client::of(&app.base, &other).await);
        drop(open);
        crate::jobs::until("the sockets to be closed", async || {
            app.app.metrics.encode().contains("tessera_sockets 0\n")
        })
        .await;
        drop(Client::owner(&app).await);
    });
}
