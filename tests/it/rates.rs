//! What one caller may ask for: so many requests a minute, so many at once, and so many wrong tokens of an address. Whoever
//! asks for more is told when to come back; nobody else notices.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Database, OWNER, TestApp};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::partners::{Partner, SCOPES, partner};
use crate::sockets::{Client, url_of};

/// A request that needs nothing but a caller.
const ASK: &str = "{ __typename viewer { scopes } }";
const PROXY: &str = "127.0.0.0/8";

fn assert_late(answer: &Answer, longest: u64) {
    assert_eq!((answer.status.as_u16(), answer.code()), (429, "RATE_LIMITED"), "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=longest).contains(&seconds), "{seconds}");
    assert_eq!(answer.body["errors"][0]["extensions"]["retryAfter"], seconds, "{}", answer.body);
}

/// Another session of the owner.
async fn session(app: &TestApp) -> String {
    tessera::auth::ops::issue_for(&app.app, OWNER, TimeDelta::hours(1)).await.unwrap().access_token
}

/// A test of one server with limits that are soon reached, on either database.
fn limited(change: fn(&mut tessera::config::RequestLimits), body: impl AsyncFn(Arc<TestApp>)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = |settings: &mut tessera::config::Settings| {
            change(&mut settings.limits);
            settings.trusted_proxies = vec![PROXY.parse().unwrap()];
        };
        tests::run_with(database, settings, |app| body(app));
    }
}

/// Asks as a partner or person until it is too much; answers how often it was not.
async fn until_late(app: &TestApp, token: &str) -> usize {
    for times in 0..200 {
        let answer = app.send(Some(token), ASK, Value::Null).await;
        if answer.status == 429 {
            assert_late(&answer, 60);
            return times;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    panic!("nothing was too much");
}

#[test]
fn a_caller_may_ask_so_often_a_minute() {
    let few = |limits: &mut tessera::config::RequestLimits| {
        limits.requests_per_minute = 20;
        limits.partner_requests_per_minute = 40;
    };
    limited(few, async |app| {
        let crm = partner(&app, "crm", &SCOPES).await;
        let token = session(&app).await;
        // What the clock gives back meanwhile comes on top.
        assert!((20..40).contains(&until_late(&app, &token).await));
        // It is refused before anything is done, also a long body, and on every way in.
        let create = json!({"query": "mutation { createSegment(input: {name: \"Late\"}) { userErrors { code } } }"});
        let long = app
            .client()
            .post(format!("{}/graphql", app.base))
            .bearer_auth(&token)
            .json(&json!({"query": create["query"], "variables": {"x": "x".repeat(3_000_000)}}));
        assert_eq!(long.send().await.unwrap().status(), 429);
        let file = app
            .client()
            .post(format!("{}/imports/members", app.base))
            .bearer_auth(&token)
            .header("content-type", "text/csv")
            .body("number\na\n");
        let file = file.send().await.unwrap();
        assert_eq!((file.status().as_u16(), file.headers().contains_key("retry-after")), (429, true));
        let mut socket = Client::of(&app.base, &token).await;
        socket.subscribe("late", ASK, json!({})).await;
        assert_eq!(socket.error("late").await, "RATE_LIMITED");
        // Another session, a partner, and who signs in are others.
        let other = session(&app).await;
        assert_eq!(app.send(Some(&other), ASK, Value::Null).await.status, 200);
        assert!((40..80).contains(&until_late(&app, &crm.token).await));
        let second = crate::partners::token(&app, &crm.id, &SCOPES).await;
        assert_eq!(Partner { id: crm.id, token: second }.send(&app, ASK, Value::Null).await.status, 200);
        let made = app.send(Some(&other), "{ segments { totalCount } }", Value::Null).await;
        assert_eq!(made.body["data"]["segments"]["totalCount"], 0);
    });
}

#[test]
fn operations_of_a_socket_count_like_requests() {
    limited(
        |limits| limits.requests_per_minute = 15,
        async |app| {
            let token = session(&app).await;
            let mut socket = Client::of(&app.base, &token).await;
            let mut late = false;
            for number in 0..30 {
                let id = number.to_string();
                socket.subscribe(&id, ASK, json!({})).await;
                let answer = socket.next().await;
                if answer["type"] == "error" {
                    assert_eq!(answer["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{answer}");
                    late = true;
                    break;
                }
                assert_eq!(answer["type"], "next", "{answer}");
                assert_eq!(socket.next().await["type"], "complete");
            }
            assert!(late);
            assert_late(&app.send(Some(&token), ASK, Value::Null).await, 60);
        },
    );
}

/// Tokens that are not valid, of every kind.
async fn wrong(app: &TestApp) -> Vec<String> {
    let crm = partner(app, "crm", &SCOPES).await;
    let revoke = "mutation($i: NodeInput!) { revokePartnerToken(input: $i) { userErrors { code } } }";
    let tokens = app.graphql("{ partners { nodes { tokens { id } } } }", json!({})).await;
    let id = tokens.pointer("/partners/nodes/0/tokens/0/id").unwrap();
    app.graphql(&revoke.replace("NodeInput", "RevokePartnerTokenInput"), json!({"i": {"id": id}})).await;
    let pair = tessera::auth::ops::issue_for(&app.app, OWNER, TimeDelta::hours(1)).await.unwrap();
    vec![crm.token, pair.refresh_token, format!("{}x", app.token), "junk".to_owned(), "a.b.c".to_owned()]
}

#[test]
fn an_address_may_send_so_many_wrong_tokens() {
    limited(
        |limits| limits.wrong_tokens_per_minute = 12,
        async |app| {
            let wrong = wrong(&app).await;
            let graphql = async |address: &str, token: &str| {
                let call = app.client().post(format!("{}/graphql", app.base)).header("x-forwarded-for", address);
                call.bearer_auth(token).json(&json!({ "query": ASK })).send().await.unwrap().status().as_u16()
            };
            let import = async |address: &str, token: &str| {
                let call =
                    app.client().post(format!("{}/imports/members", app.base)).header("x-forwarded-for", address);
                call.bearer_auth(token)
                    .header("content-type", "text/csv")
                    .body("number\n")
                    .send()
                    .await
                    .unwrap()
                    .status()
                    .as_u16()
            };
            let download = async |address: &str, token: &str| {
                let call =
                    app.client().get(format!("{}/downloads/{token}", app.base)).header("x-forwarded-for", address);
                call.send().await.unwrap().status().as_u16()
            };
            let socket = async |address: &str, token: &str| {
                let mut request = url_of(&app.base).into_client_request().unwrap();
                request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
                request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
                let mut client = Client::with(request).await;
                client.init(token).await;
                client.closed().await.0
            };
            for turn in 0..20 {
                let token = &wrong[turn % wrong.len()];
                let one = [
                    (graphql("203.0.113.1", token).await, 401),
                    (import("203.0.113.2", token).await, 401),
                    (download("203.0.113.3", token).await, 404),
                ];
                for (status, usual) in one {
                    assert!(status == usual || (status == 429 && turn >= 12), "turn {turn}: {status}");
                }
                let code = socket("203.0.113.4", token).await;
                assert!(code == 4403 || (code == 1013 && turn >= 12), "turn {turn}: {code}");
            }
            // Whoever is right is let in, at the same address and at others; and a wrong one elsewhere is told as ever.
            assert_eq!(
                (graphql("203.0.113.1", &app.token).await, graphql("203.0.113.9", &app.token).await),
                (200, 200)
            );
            assert_eq!((graphql("203.0.113.9", "junk").await, download("203.0.113.9", "junk").await), (401, 404));
            // Once they come in a flood, they are late.
            let flood = join_all((0..40).map(|_| graphql("203.0.113.1", "junk"))).await;
            assert!(flood.iter().filter(|status| **status == 429).count() > 30, "{flood:?}");
        },
    );
}

#[test]
fn a_flood_waits_in_its_own_line() {
    limited(
        |limits| limits.requests_at_once = 3,
        async |app| {
            // Whoever changes segments waits for this one, who has a segment half made.
            let (token, other) = (session(&app).await, session(&app).await);
            let held = hold(&app).await;
            let create = |number: usize| {
                format!("mutation {{ createSegment(input: {{name: \"S{number}\"}}) {{ userErrors {{ code }} }} }}")
            };
            let flood = (0..12).map(|number| {
                let (app, token, text) = (Arc::clone(&app), token.clone(), create(number));
                tokio::spawn(async move { app.send(Some(&token), &text, Value::Null).await })
            });
            let flood: Vec<_> = flood.collect();
            tokio::time::sleep(Duration::from_millis(300)).await;
            // One more of the same caller waits behind its own, and others are answered meanwhile.
            let mine = {
                let (app, token) = (Arc::clone(&app), token.clone());
                tokio::spawn(async move { app.send(Some(&token), ASK, Value::Null).await })
            };
            // Few, so that the flood has not waited for longer than a lock may also where the machine is slow.
            for _ in 0..3 {
                assert_eq!(app.send(Some(&other), ASK, Value::Null).await.status, 200);
            }
            assert!(!mine.is_finished() && flood.iter().all(|one| !one.is_finished()));
            held.rollback().await.unwrap();
            assert_eq!(mine.await.unwrap().status, 200);
            for one in flood {
                let answer = one.await.unwrap();
                assert_eq!(answer.body["data"]["createSegment"]["userErrors"], json!([]), "{}", answer.body);
            }
        },
    );
}

/// A transaction that keeps everybody else from making segments.
async fn hold(app: &TestApp) -> tessera::db::Txn {
    let txn = app.app.db.begin().await.unwrap();
    let lock = match app.database {
        Database::Sqlite => "UPDATE program SET name = name",
        Database::Postgres => "LOCK TABLE segment IN ACCESS EXCLUSIVE MODE",
    };
    sea_orm::ConnectionTrait::execute_unprepared(&txn, lock).await.unwrap();
    txn
}
