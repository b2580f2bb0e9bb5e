//! The calls that make, change, list and remove endpoints.

use entity::kinds::Role;
use serde_json::{Value, json};
use tests::on_both;

use super::{ALL, CREATE, DELIVERIES, MOVES, REDELIVER, UPDATE, endpoint, made, rows};
use crate::calls::segment;
use crate::dynamic::{call, mistakes};

const URL: &str = "https://8.8.8.8/hook";
const REMOVE: &str =
    "mutation($i: NodeInput!) { removeWebhookEndpoint(input: $i) { removedId userErrors { code field message } } }";
const ROTATE: &str =
    "mutation($i: NodeInput!) { rotateWebhookSecret(input: $i) { secret userErrors { code field message } } }";

on_both! {
    async fn an_endpoint_lives(app) {
        for key in ["a", "b"] {
            segment(&app, key, &[]).await;
        }
        // Each event once, in their usual order; segments by key or id.
        let events = json!(["MEMBER_LEFT_SEGMENT", "CAMPAIGN_STARTED", "SEGMENT_CREATED", "CAMPAIGN_STARTED"]);
        let payload = call(&app, CREATE, json!({"url": " HTTPS://8.8.8.8:443/hook?a=b ".trim(), "events": events, "segments": [{"key": "b"}]})).await;
        let (id, secret) = made(&payload);
        assert!(secret.starts_with("whsec_"));
        assert_eq!(payload["endpoint"], json!({"id": id, "url": "https://8.8.8.8/hook?a=b", "segments": [{"key": "b"}], "allSegments": false,
            "events": ["SEGMENT_CREATED", "MEMBER_LEFT_SEGMENT", "CAMPAIGN_STARTED"], "active": true, "disabledReason": null}));
        let update = async |fields: Value| {
            let mut input = fields;
            input["id"] = json!(id);
            let payload = call(&app, UPDATE, input).await;
            assert_eq!((&payload["userErrors"], &payload["secret"]), (&json!([]), &Value::Null));
            payload["endpoint"].clone()
        };
        let changed = update(json!({"events": MOVES, "active": false})).await;
        assert_eq!((&changed["events"], &changed["active"], &changed["segments"]), (&json!(MOVES), &json!(false), &json!([{"key": "b"}])));
        let changed = update(json!({"segments": null, "active": true})).await;
        assert_eq!((&changed["segments"], &changed["allSegments"], &changed["active"]), (&json!([]), &json!(true), &json!(true)));
        let changed = update(json!({"segments": [{"key": "a"}, {"key": "b"}], "url": "https://8.8.4.4/"})).await;
        let mut keys: Vec<&str> = changed["segments"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
        keys.sort_unstable();
        assert_eq!((keys, &changed["allSegments"], &changed["url"]), (vec!["a", "b"], &json!(false), &json!("https://8.8.4.4/")));
        assert_eq!(update(json!({})).await, changed);
        let gone = call(&app, REMOVE, json!({ "id": id })).await;
        assert_eq!(gone, json!({"removedId": id, "userErrors": []}));
        assert_eq!(mistakes(&call(&app, REMOVE, json!({ "id": id })).await), ["NOT_FOUND input.id"]);
        assert_eq!(app.graphql(DELIVERIES, json!({ "id": id })).await["node"], Value::Null);
    }

    async fn what_cannot_be_is_refused_with_its_place(app) {
        segment(&app, "a", &[]).await;
        let (id, _) = endpoint(&app, URL, &ALL).await;
        let segment_id = app.graphql("{ segment(ref: {key: \"a\"}) { id } }", json!({})).await["segment"]["id"].clone();
        let long = format!("https://8.8.8.8/{}", "x".repeat(2_000));
        let creations: Vec<(Value, Vec<&str>)> = vec![
            (json!({"url": URL, "events": []}), vec!["BLANK input.events"]),
            (json!({"url": "https://10.0.0.1/", "events": []}), vec!["INVALID input.url", "BLANK input.events"]),
            (json!({"url": long, "events": ALL}), vec!["INVALID input.url"]),
            (json!({"url": URL, "events": ALL, "segments": []}), vec!["BLANK input.segments"]),
            (json!({"url": URL, "events": ALL, "segments": [{"key": "a"}, {"key": "none"}, {"id": "garbage"}, {"key": "\u{0}"}]}),
                vec!["NOT_FOUND input.segments.1", "NOT_FOUND input.segments.2", "NOT_FOUND input.segments.3"]),
        ];
        for (input, expected) in creations {
            let payload = call(&app, CREATE, input).await;
            assert_eq!(mistakes(&payload), expected, "{payload}");
            assert_eq!((&payload["endpoint"], &payload["secret"]), (&Value::Null, &Value::Null));
        }
        let updates: Vec<(Value, Vec<&str>)> = vec![
            (json!({"id": "nothing", "active": true}), vec!["NOT_FOUND input.id"]),
            (json!({"id": segment_id, "active": true}), vec!["NOT_FOUND input.id"]),
            (json!({"id": id, "url": null, "events": null, "active": null}), vec!["BLANK input.events", "BLANK input.url", "BLANK input.active"]),
            (json!({"id": id, "url": "http://8.8.8.8/", "events": []}), vec!["INVALID input.url", "BLANK input.events"]),
            (json!({"id": id, "segments": [{"key": "none"}], "active": false}), vec!["NOT_FOUND input.segments.0"]),
        ];
        for (input, expected) in updates {
            assert_eq!(mistakes(&call(&app, UPDATE, input).await), expected);
        }
        for (text, input) in [(REMOVE, json!({"id": "nothing"})), (ROTATE, json!({"id": segment_id})), (REDELIVER, json!({"id": id}))] {
            assert_eq!(mistakes(&call(&app, text, input).await), ["NOT_FOUND input.id"]);
        }
        for (field, value) in [("url", json!("not a url")), ("url", json!(7)), ("events", json!(["NOTHING"])), ("events", Value::Null)] {
            let mut input = json!({"url": URL, "events": ALL});
            input[field] = value;
            assert_eq!(app.send(Some(&app.token), CREATE, json!({ "i": input })).await.code(), "BAD_USER_INPUT", "{input}");
        }
        assert_eq!(rows(&app, "webhook_endpoint WHERE active AND all_segments").await, 1, "nothing changed");
        assert_eq!(rows(&app, "webhook_endpoint").await, 1);
    }

    async fn lists_go_by_pages_with_a_statement_a_kind(app) {
        for key in ["a", "b", "c"] {
            segment(&app, key, &[]).await;
        }
        for number in 0..7 {
            let input = json!({"url": format!("{URL}/{number}"), "events": ALL, "segments": [{"key": "a"}, {"key": "b"}]});
            made(&call(&app, CREATE, input).await);
        }
        let edit = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code } } }";
        for number in 0..5 {
            call(&app, edit, json!({"segment": {"key": "a"}, "description": format!("{number}")})).await;
        }
        let text = "query($first: Int, $after: String) { webhookEndpoints(first: $first, after: $after) { totalCount
            pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { url } } nodes { url segments { key }
                deliveries(first: 3) { pageInfo { hasNextPage endCursor } nodes { id event attempts { at } endpoint { url } } } } } }";
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = app.graphql(text, json!({"first": 3, "after": after})).await["webhookEndpoints"].clone();
            assert_eq!(page["totalCount"], 7);
            for node in page["nodes"].as_array().unwrap() {
                seen.push(node["url"].as_str().unwrap().to_owned());
                assert_eq!(node["segments"].as_array().unwrap().len(), 2);
                let deliveries = &node["deliveries"];
                assert_eq!((deliveries["nodes"].as_array().unwrap().len(), &deliveries["pageInfo"]["hasNextPage"]), (3, &json!(true)));
                assert!(deliveries["nodes"].as_array().unwrap().iter().all(|one| one["endpoint"]["url"] == node["url"]));
            }
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen, (0..7).map(|number| format!("{URL}/{number}")).collect::<Vec<_>>());
        let statements = async |first: usize| app.send(Some(&app.token), text, json!({"first": first})).await.statements();
        assert_eq!(statements(7).await, statements(2).await);
        for first in [0, -1, 251] {
            assert_eq!(app.send(Some(&app.token), text, json!({"first": first})).await.code(), "BAD_USER_INPUT");
        }
        let newest = "query($id: ID!, $after: String) { node(id: $id) { ... on WebhookEndpoint {
            deliveries(first: 2, after: $after) { pageInfo { hasNextPage endCursor } nodes { id } } } } }";
        let id = app.graphql("{ webhookEndpoints(first: 1) { nodes { id } } }", json!({})).await["webhookEndpoints"]["nodes"][0]["id"].clone();
        let (mut ids, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = app.graphql(newest, json!({"id": id, "after": after})).await["node"]["deliveries"].clone();
            ids.extend(page["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(ids.len(), 5);
        let mut deduped = ids.clone();
        deduped.dedup();
        assert_eq!(deduped, ids);
    }

    async fn an_analyst_sees_none_of_it_in_any_way(app) {
        let (id, _) = endpoint(&app, URL, &ALL).await;
        segment(&app, "a", &[]).await;
        let text = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { deliveries { nodes { id } } } } }";
        let delivery = app.graphql(text, json!({ "id": id })).await["node"]["deliveries"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        let [admin, analyst] = [app.token_of(Role::Admin).await, app.token_of(Role::Analyst).await];
        let node = "query($id: ID!) { node(id: $id) { id __typename } }";
        for (id, kind) in [(&id, "WebhookEndpoint"), (&delivery, "WebhookDelivery")] {
            let seen = app.send(Some(&admin), node, json!({ "id": id })).await;
            assert_eq!(seen.body, json!({"data": {"node": {"id": id, "__typename": kind}}}));
            let hidden = app.send(Some(&analyst), node, json!({ "id": id })).await;
            assert_eq!((hidden.body.clone(), hidden.statements()), (json!({"data": {"node": null}}), 0));
        }
    }
}
