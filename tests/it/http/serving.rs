//! The server as an operator sees it.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Database, TestApp, on_both};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{answer, ask, connect, query, read_all};

on_both! {
    async fn it_says_that_it_lives_and_is_ready(app) {
        let get = |path: &str| answer(app.client().get(format!("{}{path}", app.base)));
        let alive = get("/healthz").await;
        assert_eq!((alive.status, alive.body), (200, json!("ok\n")));
        tessera::facts::caught_up(&app.app).await;
        let lens = if app.app.settings.lens { "ok" } else { "off" };
        let ready = get("/readyz").await;
        assert_eq!((ready.status, ready.body), (200, json!({"database": "ok", "migrations": "ok", "lens": lens})));
        let nothing = get("/nothing").await;
        assert_eq!((nothing.status, nothing.code()), (404, "BAD_USER_INPUT"));
    }
}

#[tokio::test]
async fn without_sqlite_it_lives_but_is_not_ready() {
    lives_but_is_not_ready(Database::Sqlite).await;
}

#[tokio::test]
async fn without_postgres_it_lives_but_is_not_ready() {
    lives_but_is_not_ready(Database::Postgres).await;
}

async fn lives_but_is_not_ready(database: Database) {
    let app = TestApp::start(database).await;
    app.app.db.close().await.unwrap();
    let get = |path: &str| answer(app.client().get(format!("{}{path}", app.base)));
    assert_eq!(get("/healthz").await.status, 200);
    assert_eq!(get("/readyz").await.status, 503);
    let began = Instant::now();
    let refused = ask(&app, "{ program { name } }").await;
    assert_eq!((refused.status, refused.code(), refused.has_data()), (503, "INTERNAL", false), "{}", refused.body);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert!(began.elapsed() < Duration::from_secs(5));
    // What needs no database is still there.
    assert_eq!(answer(super::post(&app).body(query("{ __typename }"))).await.status, 200);
}

on_both! {
    async fn metrics_count_operations_by_name_and_outcome(app) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(tessera::http::serve_metrics(app.app.clone(), listener, stop.clone()));
        for text in ["query Named { viewer { role } }", "query Named { noSuchField }", "{ __typename }"] {
            ask(&app, text).await;
        }
        let text = app.client().get(&url).send().await.unwrap().text().await.unwrap();
        for line in [
            "tessera_operations_total{operation=\"Named\",outcome=\"ok\"} 1",
            "tessera_operations_total{operation=\"Named\",outcome=\"bad_user_input\"} 1",
            "tessera_operations_total{operation=\"unnamed\",outcome=\"ok\"} 1",
            "tessera_operation_statements_total{operation=\"Named\"} 1",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
        }
        assert!(text.contains("tessera_database_connections{pool=\"reader\",state=\"idle\"}"), "{text}");
        assert_eq!(app.client().get(format!("{}/metrics", app.base)).send().await.unwrap().status(), 404);
        stop.cancel();
        serving.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_request_under_way_is_finished_when_the_server_stops() {
    let mut app = TestApp::start(Database::Sqlite).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    app.base = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(tessera::http::serve(app.app.clone(), listener, stop.clone()));
    let body = query("{ __typename }");
    let (first, rest) = body.split_at(5);
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut under_way = connect(&app).await;
    let request = format!("{head}content-length: {}\r\n\r\n{first}", body.len());
    under_way.write_all(request.as_bytes()).await.unwrap();
    let mut idle = connect(&app).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.cancel();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!serving.is_finished());
    under_way.write_all(rest.as_bytes()).await.unwrap();
    let answered = read_all(&mut under_way).await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert_eq!(read_all(&mut idle).await, "");
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap().unwrap();
}
