//! Who may ask for what, and what is believed of a caller.

use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::json;
use tests::{Database, TestApp, on_both};

use super::{GRAPHQL, JSON, answer, ask, owner, post, query};

const SIGN_IN: &str = "mutation M($e: String!, $p: String!) {
    signIn(input: {email: $e, password: $p}) { accessToken userErrors { message } } }";

fn sign_in(app: &TestApp, password: &str) -> String {
    json!({"query": SIGN_IN, "variables": {"e": app.app.settings.owner_email, "p": password}}).to_string()
}

#[tokio::test]
async fn without_a_valid_token_little_is_free() {
    let app = TestApp::start(Database::Sqlite).await;
    let refresh = "mutation { refreshSession(input: {refreshToken: \"x\"}) { accessToken userErrors { message } } }";
    for (text, free) in [
        ("{ __typename }", true),
        ("mutation { __typename }", true),
        ("query Q { a: __typename ...F } fragment F on Query { __typename }", true),
        (refresh, true),
        ("{ viewer { role } }", false),
        ("{ __typename viewer { role } }", false),
        ("{ ...F } fragment F on Query { viewer { role } }", false),
        ("{ ... on Query { viewer { role } } }", false),
        ("{ __typename: viewer { role } }", false),
        ("{ viewer @skip(if: true) { role } }", false),
        ("mutation { signIn: createSegment(input: {name: \"x\"}) { userErrors { message } } }", false),
        ("{ __schema { queryType { name } } }", false),
        ("{ __type(name: \"Query\") { name } }", false),
        ("{ __typename __schema { queryType { name } } }", false),
    ] {
        for token in [None, Some("nonsense"), Some("a.b.c")] {
            for accept in [JSON, GRAPHQL] {
                let mut request = post(&app).header(ACCEPT, accept).body(query(text));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let answer = answer(request).await;
                if free {
                    // The refresh token is wrong; but that is looked at.
                    assert!(answer.status != 401 || text == refresh, "{text}: {}", answer.body);
                } else {
                    assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{text}: {}", answer.body);
                    assert_eq!(answer.header("www-authenticate"), "Bearer");
                    assert!(!answer.has_data());
                }
            }
        }
    }
}

#[tokio::test]
async fn the_token_is_read_from_one_header_of_one_scheme() {
    let app = TestApp::start(Database::Sqlite).await;
    let text = "{ viewer { user { email } } }";
    assert_eq!(ask(&app, text).await.body["data"]["viewer"]["user"]["email"], app.app.settings.owner_email.as_str());
    for (value, status) in [
        (format!("bearer {}", app.token), 200),
        (format!("Basic {}", app.token), 401),
        (app.token.clone(), 401),
        (format!("Bearer {}x", app.token), 401),
        ("Bearer ".to_owned(), 401),
    ] {
        let answer = answer(post(&app).header(AUTHORIZATION, value).body(query(text))).await;
        assert_eq!(answer.status, status);
    }
    let twice = owner(&app).header(AUTHORIZATION, format!("Bearer {}", app.token)).body(query(text));
    assert_eq!(answer(twice).await.status, 401);
}

#[tokio::test]
async fn development_opens_the_description_alone() {
    let app = TestApp::start_with(Database::Sqlite, |settings| settings.dev = true).await;
    for (text, status) in [
        ("{ __schema { queryType { name } } }", 200),
        ("{ __typename __type(name: \"Query\") { name } }", 200),
        ("{ __schema { queryType { name } } viewer { role } }", 401),
    ] {
        assert_eq!(answer(post(&app).body(query(text))).await.status, status, "{text}");
    }
}

on_both! {
    async fn too_many_sign_ins_are_429_in_both_types(app) {
        let mut last = answer(post(&app).body(sign_in(&app, "wrong"))).await;
        for _ in 0..15 {
            if last.status == 429 {
                break;
            }
            assert_eq!(last.status, 200, "{}", last.body);
            last = answer(post(&app).body(sign_in(&app, "wrong"))).await;
        }
        for accept in [JSON, GRAPHQL] {
            let late = answer(post(&app).header(ACCEPT, accept).body(sign_in(&app, "wrong"))).await;
            assert_eq!((late.status, late.code(), late.has_data()), (429, "RATE_LIMITED", false), "{}", late.body);
            assert!(late.header("retry-after").parse::<u64>().unwrap() > 0);
        }
        // One caller's tries do not slow another down.
        assert_eq!(ask(&app, "{ __typename }").await.status, 200);
    }
}

#[tokio::test]
async fn the_id_of_a_request_is_taken_from_trusted_proxies_alone() {
    let open = TestApp::start(Database::Sqlite).await;
    let behind = TestApp::start_with(Database::Sqlite, |settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    })
    .await;
    let id_of = async |app: &TestApp, id: &str| {
        let answer = answer(owner(app).header("x-request-id", id).body(query("{ __typename }"))).await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(id_of(&behind, "trace-7.a").await, "trace-7.a");
    assert_ne!(id_of(&open, "trace-7.a").await, "trace-7.a");
    for insane in ["a b", "{\"a\":1}", &"x".repeat(65)] {
        assert_eq!(id_of(&behind, insane).await.len(), 32);
    }
}
