//! What is read: one method, one type, one operation, so many bytes.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;
use tests::{Database, TestApp};

use super::{Answer, GRAPHQL, JSON, answer, ask, owner, post, query, raw};

#[tokio::test]
async fn every_method_but_post_is_refused() {
    let app = TestApp::start(Database::Sqlite).await;
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/graphql?query=%7B__typename%7D", app.base);
        let answer = answer(app.client().request(method.clone(), url).bearer_auth(&app.token)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
        if method != Method::HEAD {
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{method}");
        }
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_read() {
    let app = TestApp::start(Database::Sqlite).await;
    let url = format!("{}/graphql", app.base);
    for (kind, status) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("APPLICATION/JSON;CHARSET=UTF-8"), 200),
        (None, 415),
        (Some("application/json; charset=utf-16"), 415),
        (Some("application/json; charset=iso-8859-1"), 415),
        (Some("application/graphql"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=x"), 415),
        (Some("text/plain"), 415),
        (Some("text/plain;application/json"), 415),
        (Some("nonsense"), 415),
    ] {
        let mut request = app.client().post(&url).bearer_auth(&app.token).body(query("{ __typename }"));
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let answer = answer(request).await;
        assert_eq!(answer.status, status, "{kind:?}");
        assert_eq!(answer.code(), if status == 200 { "" } else { "BAD_USER_INPUT" });
    }
}

#[tokio::test]
async fn compressed_bodies_are_not_read() {
    let app = TestApp::start(Database::Sqlite).await;
    for (encoding, status) in [("identity", 200), ("gzip", 415), ("br", 415), ("deflate", 415), ("gzip, identity", 415)]
    {
        let request = owner(&app).header(CONTENT_ENCODING, encoding).body(query("{ __typename }"));
        assert_eq!(answer(request).await.status, status, "{encoding}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_400_for_everyone() {
    let app = TestApp::start(Database::Sqlite).await;
    let nested = format!(r#"{{"query":"{{__typename}}","variables":{{"a":{}}}}}"#, "[".repeat(100_000));
    let bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "7",
        "\"{ __typename }\"",
        "[]",
        r#"[{"query":"{ __typename }"}]"#,
        r#"[{"query":"{ __typename }"},{"query":"{ __typename }"}]"#,
        r#"["{ __typename }"]"#,
        "{",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":7}"#,
        r#"{"query":{"a":1}}"#,
        r#"{"query":"{ __typename }","query":"{ __typename }"}"#,
        r#"{"query":"{ __typename }","operationName":7}"#,
        r#"{"query":"{ __typename }","variables":[]}"#,
        r#"{"query":"{ __typename }","variables":"{}"}"#,
        r#"{"query":"{ __typename }","extensions":[]}"#,
        r#"{"query":"{ __typename }"} {"#,
        r#"{"query":"\ud800"}"#,
        &nested,
    ]
    .iter()
    .map(|body| body.as_bytes().to_vec())
    .chain([b"{\"query\":\"\xff\"}".to_vec(), vec![0; 1000], vec![b'{'; 1000]])
    .collect();
    for body in bodies {
        for accept in [JSON, GRAPHQL] {
            for request in [post(&app), owner(&app)] {
                let shown = String::from_utf8_lossy(&body).chars().take(100).collect::<String>();
                let answer = answer(request.header(ACCEPT, accept).body(body.clone())).await;
                assert_eq!(
                    (answer.status, answer.code(), answer.has_data()),
                    (400, "BAD_USER_INPUT", false),
                    "{shown}"
                );
                assert!(answer.header("content-type").starts_with(accept));
            }
        }
    }
}

#[tokio::test]
async fn what_the_draft_allows_is_read() {
    let app = TestApp::start(Database::Sqlite).await;
    for body in [
        json!({"query": "{ __typename }", "operationName": null, "variables": null, "extensions": null}),
        json!({"query": "{ __typename }", "variables": {"unknown": 1}, "extensions": {"a": 1}, "more": [1, 2]}),
        json!({"query": "query Q { __typename }", "operationName": "Q"}),
        json!({"query": "query A { __typename } query B { x: __typename }", "operationName": "B"}),
    ] {
        let answer = answer(owner(&app).body(body.to_string())).await;
        assert_eq!((answer.status, answer.code()), (200, ""), "{body}");
    }
}

#[tokio::test]
async fn a_stranger_may_send_less_than_a_caller() {
    let app = TestApp::start(Database::Sqlite).await;
    let sized = |bytes: usize| {
        let empty = json!({"query": "{ __typename }", "variables": {"x": ""}}).to_string();
        json!({"query": "{ __typename }", "variables": {"x": "a".repeat(bytes - empty.len())}}).to_string()
    };
    let (small, large) = (256 * 1024, 16 * 1024 * 1024);
    assert_eq!(answer(post(&app).body(sized(small))).await.status, 200);
    assert_too_large(&answer(post(&app).body(sized(small + 1))).await);
    assert_too_large(&answer(post(&app).bearer_auth("nonsense").body(sized(small + 1))).await);
    assert_eq!(answer(owner(&app).body(sized(small + 1))).await.status, 200);
    assert_eq!(answer(owner(&app).body(sized(large))).await.status, 200);
    assert_too_large(&answer(owner(&app).body(sized(large + 1))).await);
}

fn assert_too_large(answer: &Answer) {
    assert_eq!((answer.status, answer.code(), answer.has_data()), (413, "BAD_USER_INPUT", false));
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_waited_for() {
    let app = TestApp::start(Database::Sqlite).await;
    let began = Instant::now();
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let asking = raw(&app, format!("{head}content-length: 300000\r\nexpect: 100-continue\r\n\r\n").as_bytes()).await;
    assert!(asking.starts_with("HTTP/1.1 413"), "{asking}");
    assert!(began.elapsed() < Duration::from_secs(1));
    // Without a length at all, chunk by chunk, until it is too much.
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000)).repeat(5);
    let chunked = raw(&app, format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}").as_bytes()).await;
    assert!(chunked.starts_with("HTTP/1.1 413"), "{chunked}");
}

#[tokio::test]
async fn large_values_go_into_variables() {
    let app = TestApp::start(Database::Sqlite).await;
    let long = ask(&app, &format!("{{ __typename }} # {}", "x".repeat(64 * 1024))).await;
    assert_eq!((long.status, long.code()), (200, "BAD_USER_INPUT"));
    assert!(long.body["errors"][0]["message"].as_str().unwrap().contains("variables"), "{}", long.body);
}
