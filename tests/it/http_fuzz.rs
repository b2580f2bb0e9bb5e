//! Random bytes and random documents against the whole handler, guard included: never a fault, never a panic, always a
//! coded answer, and the next request as fast as ever.

mod documents;

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use chrono::TimeDelta;
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tessera::auth::ops::issue_for;
use tests::{Database, OWNER, Random, random};
use tower::ServiceExt;

use documents::Documents;

const CODES: [&str; 5] = ["UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "RATE_LIMITED", "TIMEOUT"];

#[test]
fn random_bytes_are_answered() {
    let seeds = [
        "",
        "{ __typename }",
        r#"{"query":"{ __typename }"}"#,
        r#"{"query":"query Q($a: Int = 1) { segments(first: $a) { nodes { name } } }","variables":{"a":2}}"#,
        r#"{"query":"{ a: program { ...F @skip(if: true) } } fragment F on Program { name }","operationName":null}"#,
        r#"{"query":"{ member(ref: {number: \"\"\"block\"\"\"}) { number } } # comment \u0000"}"#,
    ];
    fuzz("bytes", |rng| {
        let mut bytes = match rng.random_range(0..3) {
            0 => random_bytes(rng, 400),
            _ => seeds.choose(rng).unwrap().as_bytes().to_vec(),
        };
        damage(rng, &mut bytes);
        if rng.random_bool(0.5) {
            // As the text of a document, so that the bytes reach the guard.
            return json!({ "query": String::from_utf8_lossy(&bytes) }).to_string().into_bytes();
        }
        bytes
    });
}

#[test]
fn random_documents_are_answered() {
    let documents = Documents::of(&tessera::schema::sdl());
    fuzz("documents", |rng| {
        let (text, variables) = documents.any(rng);
        let mut text = text.into_bytes();
        if rng.random_bool(0.3) {
            damage(rng, &mut text);
        }
        json!({ "query": String::from_utf8_lossy(&text), "variables": variables }).to_string().into_bytes()
    });
}

/// Sends what `body` makes until the time is over, by the owner and by strangers in turn.
fn fuzz(name: &str, mut body: impl FnMut(&mut Random) -> Vec<u8>) {
    let mut rng = random(name);
    tests::run(Database::Sqlite, async |app| {
        let router = app.router();
        let usual = pace(&router, &app.token).await;
        let mut token = app.token.clone();
        let (began, mut sent, mut executed) = (Instant::now(), 0, 0);
        while began.elapsed() < time() {
            let body = body(&mut rng);
            let is_owner = rng.random_bool(0.8);
            let shown = String::from_utf8_lossy(&body).into_owned();
            let started = Instant::now();
            let (status, answer) = send(&router, is_owner.then_some(&token), body).await;
            assert!(started.elapsed() < Duration::from_secs(2), "{:?} for {shown}", started.elapsed());
            assert_coded(status, &answer, &shown);
            if is_owner && status == 401 {
                // It has signed out.
                token = issue_for(&app.app, OWNER, TimeDelta::hours(1)).await.unwrap().access_token;
            }
            sent += 1;
            executed += usize::from(answer.get("data").is_some());
        }
        println!("{name}: {sent} requests, {executed} executed");
        let after = pace(&router, &token).await;
        // Other tests run beside this one.
        assert!(after < usual * 10 + Duration::from_millis(50), "{after:?} instead of {usual:?}");
    });
}

/// How long to go on: a quarter of a minute, or as many seconds as `TESSERA_FUZZ_SECONDS` says.
fn time() -> Duration {
    let given = std::env::vars().find(|(name, _)| name == "TESSERA_FUZZ_SECONDS");
    Duration::from_secs(given.and_then(|(_, seconds)| seconds.parse().ok()).unwrap_or(15))
}

fn assert_coded(status: u16, answer: &Value, shown: &str) {
    assert!(matches!(status, 200 | 400 | 401 | 413 | 429 | 504), "{status} {answer} for {shown}");
    let errors = answer.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    assert!(answer.get("data").is_some() || !errors.is_empty(), "{answer} for {shown}");
    assert!(errors.len() <= 10, "{answer} for {shown}");
    for error in errors {
        let code = error["extensions"]["code"].as_str().unwrap_or("none");
        assert!(CODES.contains(&code), "{answer} for {shown}");
    }
}

/// The median of some plain requests.
async fn pace(router: &Router, token: &String) -> Duration {
    let mut times = Vec::new();
    for _ in 0..51 {
        let began = Instant::now();
        let (_, answer) = send(router, Some(token), json!({"query": "{ __typename }"}).to_string().into_bytes()).await;
        assert_eq!(answer, json!({"data": {"__typename": "Query"}}));
        times.push(began.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

async fn send(router: &Router, token: Option<&String>, body: Vec<u8>) -> (u16, Value) {
    let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let answer = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn random_bytes(rng: &mut Random, most: usize) -> Vec<u8> {
    let length = rng.random_range(0..most);
    // What GraphQL and JSON are made of, and now and then anything.
    let letters = b"{}()[]\"\\:,!$@#|&=. \n\tabcdeQnull0123456789-+_";
    (0..length).map(|_| if rng.random_bool(0.9) { *letters.choose(rng).unwrap() } else { rng.random() }).collect()
}

/// Cuts, repeats, turns and overwrites a few places.
fn damage(rng: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..rng.random_range(0..6) {
        let at = rng.random_range(0..=bytes.len());
        let to = rng.random_range(at..=bytes.len());
        match rng.random_range(0..6) {
            0 => drop(bytes.drain(at..to)),
            1 => {
                let part = bytes[at..to].repeat(rng.random_range(1..20));
                bytes.splice(at..at, part);
            }
            2 => bytes[at..to].reverse(),
            3 => bytes.truncate(at),
            4 => {
                let part = random_bytes(rng, 10);
                bytes.splice(at..at, part);
            }
            _ => {
                let bracket = *b"{[(\"".choose(rng).unwrap();
                let part = vec![bracket; rng.random_range(1..3000)];
                bytes.splice(at..at, part);
            }
        }
        bytes.truncate(100_000);
    }
}
