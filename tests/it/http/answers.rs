//! What is sent: the type that was asked for, the status that belongs to it, and the headers that are always there.

use reqwest::header::{ACCEPT, HeaderValue, ORIGIN};
use serde_json::json;
use tests::{Database, TestApp, on_both};

use super::{GRAPHQL, JSON, answer, ask, owner, post, query, raw};

on_both! {
    async fn every_ending_has_its_status_in_both_types(app) {
        let id = "query Q($id: ID!) { node(id: $id) { id } }";
        // The body, whether the owner sends it, the status in the newer type and in the older, the code, whether with data.
        let table = [
            (query("{ __typename }"), true, 200, 200, "", true),
            (query("{ __typename }"), false, 200, 200, "", true),
            (query("{"), true, 400, 200, "BAD_USER_INPUT", false),
            (query(""), true, 400, 200, "BAD_USER_INPUT", false),
            (query("{ noSuchField }"), true, 400, 200, "BAD_USER_INPUT", false),
            (query("{ noSuchField }"), false, 401, 401, "UNAUTHENTICATED", false),
            (query("{ program { name } }"), false, 401, 401, "UNAUTHENTICATED", false),
            (query("query A { __typename } query B { __typename }"), true, 400, 200, "BAD_USER_INPUT", false),
            (query("subscription { __typename }"), true, 400, 200, "BAD_USER_INPUT", false),
            (json!({"query": id}).to_string(), true, 400, 200, "BAD_USER_INPUT", false),
            (json!({"query": id, "variables": {"id": null}}).to_string(), true, 400, 200, "BAD_USER_INPUT", false),
            (json!({"query": id, "variables": {"id": {"a": 1}}}).to_string(), true, 400, 200, "BAD_USER_INPUT", false),
            (json!({"query": "{ __typename }", "operationName": "X"}).to_string(), true, 400, 200, "BAD_USER_INPUT", false),
            (query("{ segments(first: 1000000) { totalCount } }"), true, 200, 200, "BAD_USER_INPUT", true),
            ("{".to_owned(), true, 400, 400, "BAD_USER_INPUT", false),
        ];
        for (body, is_owner, newer, older, code, has_data) in table {
            for (accept, status) in [(GRAPHQL, newer), (JSON, older), ("*/*", older), ("application/*", older)] {
                let request = if is_owner { owner(&app) } else { post(&app) };
                let answer = answer(request.header(ACCEPT, accept).body(body.clone())).await;
                let seen = (answer.status, answer.code(), answer.has_data());
                assert_eq!(seen, (status, code, has_data), "{body} for {accept}: {}", answer.body);
                let kind = if accept == GRAPHQL { GRAPHQL } else { JSON };
                assert_eq!(answer.header("content-type"), format!("{kind}; charset=utf-8"));
            }
        }
    }
}

#[tokio::test]
async fn the_type_is_negotiated() {
    let app = TestApp::start(Database::Sqlite).await;
    for (accept, kind) in [
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json;q=0.1, application/json;q=0.9", JSON),
        ("text/html, */*;q=0.1", JSON),
    ] {
        let answer = answer(owner(&app).header(ACCEPT, accept).body(query("{ __typename }"))).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, format!("{kind}; charset=utf-8").as_str()));
    }
    for accept in ["text/html", "multipart/mixed", "text/event-stream", "application/json;q=0", "nonsense"] {
        let answer = answer(owner(&app).header(ACCEPT, accept).body(query("{ __typename }"))).await;
        assert_eq!((answer.status, answer.code(), answer.has_data()), (406, "BAD_USER_INPUT", false), "{accept}");
    }
    let body = query("{ __typename }");
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let silent = raw(&app, format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    assert!(silent.contains("content-type: application/json; charset=utf-8\r\n"), "{silent}");
}

on_both! {
    async fn a_field_that_failed_is_null_and_fields_keep_their_order(app) {
        let text = r#"{ a: tags { tag } m: member(ref: {number: "\u0000"}) { number } p: program { name currencyCode } }"#;
        let response = owner(&app).body(query(text)).send().await.unwrap().text().await.unwrap();
        assert!(response.starts_with(r#"{"data":{"a":[],"m":null,"p":{"name":"#), "{response}");
        let answer = ask(&app, "{ program { name } segments(first: -1) { totalCount } }").await;
        assert_eq!((answer.status, &answer.body["data"]), (200, &json!(null)), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_headers_that_protect_are_always_there() {
    let app = TestApp::start(Database::Sqlite).await;
    let get = |path: &str| app.client().get(format!("{}{path}", app.base));
    for request in [
        owner(&app).body(query("{ __typename }")),
        owner(&app).body(query("{")),
        post(&app).body(query("{ viewer { role } }")),
        post(&app).body("nonsense"),
        post(&app).header(ACCEPT, "text/html"),
        get("/graphql"),
        get("/nothing/here"),
        get("/healthz"),
        get("/readyz"),
    ] {
        let answer = answer(request).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
}

#[tokio::test]
async fn other_origins_call_only_when_they_are_listed() {
    let listed = "https://dashboard.example.com";
    let app = TestApp::start_with(Database::Sqlite, |settings| {
        settings.cors_origins = vec![HeaderValue::from_static(listed)]
    })
    .await;
    for (origin, allowed) in [(listed, listed), ("https://evil.example.com", ""), ("null", "")] {
        let called = answer(owner(&app).header(ORIGIN, origin).body(query("{ __typename }"))).await;
        assert_eq!((called.status, called.header("access-control-allow-origin")), (200, allowed));
        assert!(called.header("vary").to_lowercase().contains("origin"));
        let preflight = app
            .client()
            .request(reqwest::Method::OPTIONS, format!("{}/graphql", app.base))
            .header(ORIGIN, origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        let asked = answer(preflight).await;
        assert_eq!(asked.header("access-control-allow-origin"), allowed);
        assert_eq!(asked.header("access-control-allow-methods"), "POST");
        assert_eq!(asked.header("access-control-allow-credentials"), "");
        assert!(asked.header("vary").to_lowercase().contains("origin"));
    }
    let nobody = TestApp::start(Database::Sqlite).await;
    let called = answer(owner(&nobody).header(ORIGIN, listed).body(query("{ __typename }"))).await;
    assert_eq!(called.header("access-control-allow-origin"), "");
}

on_both! {
    async fn callers_see_how_much_was_done_and_strangers_do_not(app) {
        let seen = ask(&app, "{ viewer { role } }").await;
        assert!(seen.header("server-timing").ends_with(", sql;desc=\"1 statements\""), "{}", seen.header("server-timing"));
        assert!(seen.header("server-timing").starts_with("total;dur="));
        assert_eq!(answer(post(&app).body(query("{ __typename }"))).await.header("server-timing"), "");
    }
}
