//! A server that is killed time and again while it imports: the same as one clean run.

use std::time::Duration;

use rand::Rng;
use reqwest::Client;
use sea_orm::{ConnectionTrait, Database as SeaDatabase, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tessera::imports::{Kind, Options};
use tests::{Database, OWNER, PASSWORD, Random, Served, TestApp, new_database, random};

use crate::imports::{books, file, import, options, same, shop};

const KILLS: u32 = 12;
const RULE: &str = "mutation { createSegment(input: {name: \"Buyers\", rule: {transactions: {measure: SPENDING, is: {gte: \"50\"}}}}) {
    userErrors { code message field } } }";
const FIGURES: &str = "{ segments { nodes { key memberCount averageSpending { amount } averageClv { amount } } } }";

pub async fn call(client: &Client, base: &str, token: Option<&str>, query: &str, variables: Value) -> Option<Value> {
    let mut request = client.post(format!("{base}/graphql")).json(&json!({"query": query, "variables": variables}));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer: Value = request.send().await.ok()?.json().await.ok()?;
    Some(answer["data"].clone()).filter(Value::is_object)
}

pub async fn signed_in(client: &Client, base: &str) -> String {
    let variables = json!({"email": OWNER, "password": PASSWORD});
    let mut token = None;
    crate::jobs::until("a token", async || {
        let answer = call(client, base, None, crate::auth::SIGN_IN, variables.clone()).await;
        token = answer.and_then(|data| data["signIn"]["accessToken"].as_str().map(str::to_owned));
        token.is_some()
    })
    .await;
    token.unwrap()
}

/// Sends all parts and begins the import, however often the server is killed meanwhile; then lets it be killed on and on
/// until it is over. Answers how often it was killed while the import ran.
async fn killed(url: &str, folder: &TempDir, text: &str, chance: &mut Random) -> u32 {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let mut served = Served::start(url, folder.path());
    let mut token = signed_in(&client, &served.base).await;
    call(&client, &served.base, Some(&token), RULE, json!({})).await.unwrap();
    let size = text.len().div_ceil(4);
    let parts: Vec<String> =
        text.as_bytes().chunks(size).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect();
    let (mut part, mut kills, mut job) = (0, 0, None);
    let (mut done, mut barren) = (0, 0);
    loop {
        let path = match parts.get(part) {
            Some(_) => format!("upload=x&part={}&parts={}", part + 1, parts.len()),
            None => format!("upload=x&parts={}&create-members&file=sales.csv", parts.len()),
        };
        if job.is_none() {
            let request = client.post(format!("{}/imports/transactions?{path}", served.base)).bearer_auth(&token);
            let request = request.header("content-type", "text/csv").body(parts.get(part).cloned().unwrap_or_default());
            let dies = kills < 2 && chance.random_bool(0.3);
            let sending = tokio::spawn(request.send());
            if dies {
                tokio::time::sleep(Duration::from_millis(chance.random_range(0..30))).await;
                drop(served);
                served = Served::start(url, folder.path());
                token = signed_in(&client, &served.base).await;
                kills += 1;
            }
            // Whoever does not know whether it was taken sends it again.
            if let Ok(Ok(answer)) = sending.await {
                let status = answer.status().as_u16();
                let body: Value = answer.json().await.unwrap_or_default();
                assert!([200, 202].contains(&status), "{status} {body}");
                part += 1;
                job = body["job"]["id"].as_str().map(str::to_owned);
            }
            continue;
        }
        let variables = json!({"id": job});
        let text = "query($id: ID!) { job(id: $id) { status error done total rejected } }";
        let found = call(&client, &served.base, Some(&token), text, variables).await.unwrap_or_default();
        let status = found["job"]["status"].as_str().unwrap_or_default().to_owned();
        if status == "SUCCEEDED" {
            return kills;
        }
        assert!(["QUEUED", "RUNNING", ""].contains(&status.as_str()), "{found}");
        tokio::time::sleep(Duration::from_millis(chance.random_range(50..1_200))).await;
        let further = found["job"]["done"].as_i64().is_some_and(|now| std::mem::replace(&mut done, now) < now);
        // Of a job that never gets further somebody is to be told, after five tries.
        if kills < KILLS && (further || barren < 2) {
            barren = if further { 0 } else { barren + 1 };
            drop(served);
            kills += 1;
            lapse(url).await;
            served = Served::start(url, folder.path());
            token = signed_in(&client, &served.base).await;
        }
    }
}

/// Lets the leases of the dead process lapse, as if half a minute had passed.
async fn lapse(url: &str) {
    let db = SeaDatabase::connect(url).await.unwrap();
    let text = "UPDATE job SET lease_until = 0 WHERE status = 'RUNNING'";
    db.execute_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    db.close().await.unwrap();
}

async fn compared(database: Database, url: String, folder: TempDir) {
    let mut chance = random("kills of an upload");
    let text = shop::sales(50_000, &mut chance);
    let kills = killed(&url, &folder, &text, &mut chance).await;
    let other = TestApp::start(database).await;
    let made = other.graphql(RULE, json!({})).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]), "{made}");
    let given = options(Kind::Transactions, file(&other, "sales.csv", &text), "");
    let report = import(&other, Options { create_members: true, ..given }).await;
    let app = TestApp::open(database, url, folder, |_| {}).await;
    println!("{kills} kills");
    assert!(kills >= 3, "the machine was too fast: {kills} kills");
    same(&books(&app.app).await, &books(&other.app).await);
    let jobs = app.graphql("{ jobs { nodes { kind status rejected rejects { url rows } } } }", json!({})).await;
    let job = jobs["jobs"]["nodes"].as_array().unwrap().iter().find(|job| job["kind"] == "IMPORT").unwrap().clone();
    assert_eq!(job["rejected"], report.rejected);
    let rejects = super::rejects(&app, &job).await;
    assert_eq!(rejects, std::fs::read_to_string(report.rejects_file.unwrap()).unwrap().replace("--create", "create"));
    let evaluated = crate::jobs::Working::product(&other.app);
    crate::jobs::until("the rules to be evaluated", async || {
        app.graphql(FIGURES, json!({})).await == other.graphql(FIGURES, json!({})).await
    })
    .await;
    evaluated.stop().await;
    app.verify().await;
    other.verify().await;
    app.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn many_kills_lose_nothing_on_sqlite() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/tessera.db", folder.path().display());
    compared(Database::Sqlite, url, folder).await;
}

#[tokio::test]
async fn many_kills_lose_nothing_on_postgres() {
    compared(Database::Postgres, new_database().await, TempDir::new().unwrap()).await;
}
