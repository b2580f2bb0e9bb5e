//! Downloads that nobody takes: they stop, they starve nobody, and there are never too many.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Database, TestApp, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{ask, execute, fetch};
use crate::segments::{ASSIGN, CREATE};

const MEMBERS: usize = 20_000;

/// A segment whose file is far longer than what sockets and queues hold: some 30 MB.
async fn crowd(app: &TestApp) {
    let long = "x".repeat(190);
    let rows = match app.database {
        Database::Sqlite => {
            format!("WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {MEMBERS})")
        }
        Database::Postgres => format!("WITH g(n) AS (SELECT * FROM generate_series(1, {MEMBERS}))"),
    };
    let consent = if app.database == Database::Sqlite { "1" } else { "true" };
    let head = "INSERT INTO member (number, number_folded, name_folded, search_words, attributes, marketing_consent, created_at, updated_at,
        first_name, last_name, street, city, region, country, tier)";
    let values = format!("'b' || n, 'b' || n, '', '', '{{}}', {consent}, 0, 0");
    let texts = ["first_name"; 7].map(|_| format!("'{long}'")).join(", ");
    let select = format!("SELECT {values}, {texts} FROM g");
    execute(
        app,
        &if app.database == Database::Sqlite {
            format!("{head} {rows} {select}")
        } else {
            format!("{rows} {head} {select}")
        },
    )
    .await;
    execute(app, "INSERT INTO member_metrics (member_id, transactions, spending, spending_12m, points_earned, points_redeemed, points_expired,
        points_adjusted, points_balance) SELECT id, 0, 0, 0, 0, 0, 0, 0, 0 FROM member").await;
    app.graphql(CREATE, json!({"input": {"name": "Crowd"}})).await;
    let numbers: Vec<Value> = (1..=MEMBERS).map(|number| json!({"number": format!("b{number}")})).collect();
    let done = app.graphql(ASSIGN, json!({"input": {"segment": {"key": "crowd"}, "members": numbers}})).await;
    assert_eq!(done["assignMembers"]["changed"], MEMBERS, "{}", done["assignMembers"]["userErrors"]);
}

/// A client that reads the head of the answer and then nothing more.
async fn stalled(app: &TestApp, url: &str) -> TcpStream {
    let address: SocketAddr = app.base.trim_start_matches("http://").parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let path = url.strip_prefix(&app.base).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains(&format!("x-row-count: {MEMBERS}")), "{head}");
    stream
}

/// Downloads that the database works on.
async fn under_way(app: &TestApp) -> usize {
    if app.database == Database::Sqlite {
        return 4 - app.app.downloads.free();
    }
    let db = app.app.db.reader();
    let text = "SELECT query, state FROM pg_stat_activity WHERE application_name = 'tessera download' AND datname = current_database()";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    for row in &rows {
        let (query, state): (String, Option<String>) =
            (row.try_get("", "query").unwrap(), row.try_get("", "state").unwrap());
        assert!(!query.starts_with("COPY") || state.as_deref() == Some("active"), "{query}: {state:?}");
    }
    rows.len()
}

async fn until(app: &TestApp, expected: usize) {
    let begun = Instant::now();
    loop {
        let (working, free) = (under_way(app).await, app.app.downloads.free());
        if (working, free) == (expected, 4 - expected) {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{working} work and {free} places are free; {expected} should work"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn a_client_that_goes_away_stops_its_query(app) {
        crowd(&app).await;
        let link = async || ask(&app, &app.token, "crowd", "CSV", "FULL").await["url"].as_str().unwrap().to_owned();
        let url = link().await;
        let client = stalled(&app, &url).await;
        until(&app, 1).await;
        drop(client);
        until(&app, 0).await;
        assert_eq!(fetch(&app, &url).await.status, 410, "it was used all the same");

        // As many as may be; the others are asked to come back, and their links stay good.
        let mut clients = Vec::new();
        for _ in 0..4 {
            clients.push(stalled(&app, &link().await).await);
        }
        until(&app, 4).await;
        let url = link().await;
        let busy = fetch(&app, &url).await;
        assert_eq!((busy.status.as_u16(), &busy.headers["retry-after"]), (503, &"10".parse().unwrap()), "{}", busy.text);
        // Meanwhile everybody else is served, to read and to write.
        let write = "mutation { createSegment(input: {name: \"Meanwhile\"}) { segment { memberCount } userErrors { code } } }";
        assert_eq!(app.graphql(write, json!({})).await["createSegment"]["segment"]["memberCount"], 0);
        let reads = (0..20).map(|_| app.graphql("{ members(first: 1) { totalCount } }", Value::Null));
        assert!(futures::future::join_all(reads).await.iter().all(|data| data["members"]["totalCount"] == MEMBERS));
        clients.clear();
        until(&app, 0).await;
        let file = fetch(&app, &url).await;
        assert_eq!((file.status.as_u16(), file.announced(), file.csv().1.len()), (200, MEMBERS, MEMBERS));
        until(&app, 0).await;
    }
}
