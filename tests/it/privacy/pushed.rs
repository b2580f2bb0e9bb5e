//! What partners pushed of a person goes with them, whoever comes first; and their next push brings nobody back.

use std::sync::Arc;

use futures::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use super::markers::{MARK, holds, lies};
use super::{ERASE, erase, one, person, swept};
use crate::calls::{UPSERT, days, members, send};
use crate::dynamic::{belonging, dynamic, of_segment};
use crate::partners::sync::{ABORT, APPEND, COMMIT, begin};
use crate::partners::{PUSH, Partner, SCOPES, partner, problems};

const ROUNDS: usize = 10;

/// The person by every name that a partner may write.
fn names() -> Value {
    json!([{"number": format!(" n{MARK} ")}, {"number": format!("n{MARK}")}, {"email": format!("E{MARK}@EXAMPLE.org")},
        {"email": format!("  e{MARK}@example.org")}])
}

async fn append(app: &TestApp, one: &Partner, sync: &str, part: i64, members: Value) -> Value {
    one.call(app, APPEND, json!({"input": {"sync": sync, "part": part, "members": members}})).await
}

on_both! {
    async fn what_was_pushed_of_a_person_goes_and_stays_gone(app) {
        members(&app, &["a", "b"]).await;
        person(&app, MARK).await;
        let crm = partner(&app, "crm", &SCOPES).await;
        for key in ["s", "off", "listed"] {
            crm.segment(&app, key).await;
        }
        let input = |segment: &str, key: &str, at: i64, join: Value, leave: Value| json!({"input": {"segment": {"key": segment}, "idempotencyKey": key, "emittedAt": days(at), "join": join, "leave": leave}});
        crm.call(&app, PUSH, input("s", "1", -1, names(), json!([{"number": "a"}]))).await;
        // Problems of every kind, and names that wait.
        let stale = crm.call(&app, PUSH, input("s", "2", -2, names(), json!([]))).await;
        assert_eq!(problems(&stale["receipt"]["problems"]), ["join.0 STALE"]);
        assert_eq!(stale["receipt"]["problems"][0]["member"], format!(" n{MARK} "));
        crm.call(&app, PUSH, input("s", "3", 0, names(), names())).await;
        crm.call(&app, PUSH, input("off", "4", 0, json!([{"email": format!("Later{MARK}@example.org")}]), json!([]))).await;
        crm.call(&app, PUSH, input("s", "5", 0, names(), json!([]))).await;
        let sync = begin(&app, &crm, json!({"segment": {"key": "listed"}})).await;
        append(&app, &crm, &sync, 0, names()).await;
        assert!(lies(&app).iter().any(|(_, bytes)| holds(bytes)), "the mark was planted");

        erase(&app, &format!("n{MARK}")).await;
        // Who waits by name comes, and is erased, too.
        send(&app, UPSERT, json!([{"number": "later", "email": format!("later{MARK}@example.org")}])).await;
        erase(&app, "later").await;
        // What partners send again is answered as ever, and brings nobody back.
        let again = crm.call(&app, PUSH, input("s", "2", -2, names(), json!([]))).await;
        assert_eq!((&again["receipt"]["replayed"], &again["receipt"]["problems"]), (&json!(true), &stale["receipt"]["problems"]));
        let read = app.send(Some(&crm.token), "query($id: ID!) { node(id: $id) { ... on PushReceipt { problems { path member code } } } }", json!({"id": again["receipt"]["id"]})).await;
        assert_eq!(read.body["data"]["node"]["problems"], json!([{"path": ["join", "0"], "member": "", "code": "STALE"}]));
        for key in ["6", "7"] {
            let answer = crm.call(&app, PUSH, input("s", key, 0, names(), json!([]))).await;
            assert_eq!(problems(&answer["receipt"]["problems"]), ["join.0 UNKNOWN_MEMBER", "join.1 UNKNOWN_MEMBER", "join.2 UNKNOWN_MEMBER", "join.3 UNKNOWN_MEMBER"], "{answer}");
        }
        let answer = append(&app, &crm, &sync, 1, names()).await;
        assert_eq!(answer["problems"].as_array().unwrap().len(), 4, "{answer}");
        assert_eq!(append(&app, &crm, &sync, 1, names()).await["problems"], answer["problems"]);
        append(&app, &crm, &sync, 2, json!([{"number": "b"}])).await;
        let done = crm.call(&app, COMMIT, json!({"input": {"sync": sync}})).await;
        assert_eq!((&done["sync"]["joined"], &done["sync"]["pending"]), (&json!(1), &json!(0)), "{done}");
        let given_up = begin(&app, &crm, json!({"segment": {"key": "listed"}})).await;
        append(&app, &crm, &given_up, 0, names()).await;
        crm.call(&app, ABORT, json!({"input": {"sync": given_up}})).await;
        assert_eq!((belonging(&app, "crm/s").await, belonging(&app, "crm/listed").await), (vec![], vec!["b".to_owned()]));
        swept(&app).await;
        for (name, bytes) in lies(&app) {
            assert!(!holds(&bytes), "{name} holds the mark");
        }
    }

    async fn erasures_meet_pushes_lists_and_switches(app) {
        let crm = partner(&app, "crm", &SCOPES).await;
        for key in ["s", "t"] {
            crm.segment(&app, key).await;
        }
        dynamic(&app, "of-s", of_segment("crm/s")).await;
        for round in 0..ROUNDS {
            let mut random = random(&format!("pushes beside an erasure, round {round}"));
            let (number, email) = (format!("p{round}"), format!("p{round}@example.org"));
            send(&app, UPSERT, json!([{"number": number, "email": email}, {"number": format!("stays{round}")}])).await;
            let named = json!([{"number": number}, {"email": email}, {"number": format!("stays{round}")}]);
            let sync = begin(&app, &crm, json!({"segment": {"key": "t"}})).await;
            let push = |key: &str, join: &Value, leave: &Value| {
                let input = json!({"segment": {"key": "s"}, "idempotencyKey": format!("{key}{round}"), "join": join, "leave": leave});
                (Some(crm.token.clone()), PUSH, json!({ "input": input }))
            };
            let none = json!([]);
            let part = |part: i64| (Some(crm.token.clone()), APPEND, json!({"input": {"sync": sync, "part": part, "members": named}}));
            let calls = vec![
                (None, ERASE, json!({"i": {"member": {"number": number}}})),
                push("join", &named, &none),
                push("both", &named, &named),
                push("leave", &none, &named),
                push("new", &json!([{"number": format!("new{round}")}, {"number": number}]), &none),
                part(0),
                part(1),
                (Some(crm.token.clone()), COMMIT, json!({"input": {"sync": sync}})),
                (None, "mutation { deactivateSegment(input: {segment: {key: \"crm/s\"}}) { userErrors { code } } }", Value::Null),
                (None, "mutation { activateSegment(input: {segment: {key: \"crm/s\"}}) { userErrors { code } } }", Value::Null),
            ];
            let calls = calls.into_iter().map(|(token, text, variables)| {
                let (app, wait) = (Arc::clone(&app), random.random_range(0..8));
                tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
                    app.send(Some(token.as_deref().unwrap_or(&app.token)), text, variables).await
                })
            });
            for answer in join_all(calls).await {
                let answer = answer.unwrap();
                assert!(answer.body.get("errors").is_none(), "round {round}: {}", answer.body);
            }
            // What came too late for the list is sent, and it is committed.
            crm.call(&app, COMMIT, json!({"input": {"sync": sync}})).await;
            app.graphql("mutation { activateSegment(input: {segment: {key: \"crm/s\"}}) { userErrors { code } } }", json!({})).await;
            app.verify().await;
            for (table, column) in [("pushed_name", "name"), ("segment_sync_name", "name"), ("push", "problems"), ("segment_sync_part", "problems"), ("member", "number")] {
                let text = format!("SELECT COUNT(*) FROM {table} WHERE {column} = 'p{round}' OR {column} LIKE '%p{round}@%' OR {column} LIKE '%\"p{round}\"%'");
                assert_eq!(one(&app, &text).await, 0, "{table} in round {round}");
            }
            // And the same call again brings nobody back.
            crm.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": format!("again{round}"), "join": named})).await;
            assert!(belonging(&app, "crm/s").await.contains(&format!("stays{round}")));
            assert!(!belonging(&app, "crm/s").await.contains(&number));
        }
    }
}
