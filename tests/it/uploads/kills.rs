//! A server that is killed twenty times during one import, with rules that decide and somebody who is told: the same as one
//! clean run.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use reqwest::Client;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tessera::imports::{Kind, Options};
use tests::{Database, Random, Served, TestApp, random, run_with};

use crate::dynamic::{dynamic, of_segment};
use crate::imports::{books, file, import, options, same, shop};
use crate::webhooks::order::{arrived, logged};
use crate::webhooks::receiver::{Behaviour, Receiver};
use crate::webhooks::{MOVES, due, endpoint, inside, lapse, rows, sql};

const KILLS: u32 = 20;
/// A chunk is 5,000 of them, and every fourth kill at the latest waits for one.
const ROWS: usize = 60_000;
/// A job that does not get further is tried five times.
const BARREN: u32 = 3;
const FIGURES: &str =
    "{ segments { nodes { key memberCount averageSpending { amount } averageTransactionValue { amount }
    averageClv { amount } } } members { totalCount } }";
const STATUS: &str = "query($id: ID!) { job(id: $id) { status error rejected rejects { url rows } } }";

/// Segments that an import fills and empties, each after the other.
async fn rules(app: &TestApp) {
    let transactions = |measure: &str, is: Value| json!({"transactions": {"measure": measure, "is": is}});
    dynamic(app, "buyers", transactions("SPENDING", json!({"gte": "50"}))).await;
    dynamic(app, "seldom", transactions("COUNT", json!({"lt": "3"}))).await;
    dynamic(app, "others", json!({"not": of_segment("buyers")})).await;
}

/// A server process on the database of the test's own.
fn serve(app: &TestApp) -> Served {
    let mut command = Served::usual(&app.url, app.folder());
    command.arg("--webhook-allow-private");
    Served::start_as(command, app.folder())
}

/// Kills the process as a power cut would, lets what it held lapse, and starts another.
async fn kill(app: &TestApp, mut served: Served) -> Served {
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    sql(app, "UPDATE job SET lease_until = 0, run_at = 0 WHERE status IN ('RUNNING', 'QUEUED')").await;
    lapse(app).await;
    due(app).await;
    serve(app)
}

/// How far the import has come.
async fn position(app: &TestApp) -> i64 {
    let text = "SELECT COALESCE(MAX(position), 0) AS position FROM import";
    let statement = Statement::from_string(app.app.db.backend(), text);
    app.app.db.reader().query_one_raw(statement).await.unwrap().unwrap().try_get("", "position").unwrap()
}

/// Sends the parts and begins the import; a call whose server dies is made again. Answers the job.
async fn begun(app: &TestApp, served: &mut Option<Served>, text: &str, chance: &mut Random) -> String {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let parts: Vec<Vec<u8>> = text.as_bytes().chunks(text.len().div_ceil(4)).map(<[u8]>::to_vec).collect();
    let mut part = 0;
    loop {
        let path = match parts.get(part) {
            Some(_) => format!("upload=x&part={}&parts={}", part + 1, parts.len()),
            None => format!("upload=x&parts={}&create-members&file=sales.csv", parts.len()),
        };
        let base = served.as_ref().map(|served| served.base.clone()).unwrap();
        let request = client.post(format!("{base}/imports/transactions?{path}")).bearer_auth(&app.token);
        let request = request.header("content-type", "text/csv").body(parts.get(part).cloned().unwrap_or_default());
        let sending = tokio::spawn(request.send());
        if part % 2 == 1 && chance.random_bool(0.5) {
            tokio::time::sleep(Duration::from_millis(chance.random_range(0..30))).await;
            *served = Some(kill(app, served.take().unwrap()).await);
        }
        // Whoever does not know whether it was taken sends it again.
        if let Ok(Ok(answer)) = sending.await {
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap_or_default();
            assert!([200, 202].contains(&status), "{status} {body}");
            part += 1;
            if let Some(job) = body["job"]["id"].as_str() {
                return job.to_owned();
            }
        }
    }
}

/// Waits until the import has got further, however slow the machine is.
async fn further(app: &TestApp, job: &str, before: i64) {
    for _ in 0..3_000 {
        if position(app).await > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let job = app.graphql(STATUS, json!({ "id": job })).await;
    panic!("the import did not get further than {before} within five minutes: {job}");
}

/// Kills the server at instants of chance; `chunk` is about how long a chunk takes. Answers where the import stood each time.
async fn killed(
    app: &TestApp,
    job: &str,
    mut served: Served,
    chunk: Duration,
    chance: &mut Random,
) -> (Served, Vec<i64>) {
    let (mut stood, mut barren) = (Vec::new(), 0);
    for _ in 0..KILLS {
        let before = position(app).await;
        if barren < BARREN {
            tokio::time::sleep(Duration::from_millis(100) + chunk.mul_f64(chance.random_range(0.0..1.5))).await;
        } else {
            further(app, job, before).await;
            tokio::time::sleep(chunk.mul_f64(chance.random_range(0.0..0.5))).await;
        }
        served = kill(app, served).await;
        let after = position(app).await;
        barren = if after > before { 0 } else { barren + 1 };
        stood.push(after);
    }
    let status = app.graphql(STATUS, json!({ "id": job })).await["job"]["status"].clone();
    assert_ne!(status, "SUCCEEDED", "the import was over before it was killed {KILLS} times: {stood:?}");
    (served, stood)
}

async fn compared(app: Arc<TestApp>) {
    let mut chance = random("kills of an upload");
    let text = shop::sales(ROWS, &mut chance);
    let other = TestApp::start(app.database).await;
    rules(&other).await;
    let given = options(Kind::Transactions, file(&other, "sales.csv", &text), "");
    let report = import(&other, Options { create_members: true, ..given }).await;

    let receiver = Receiver::start().await;
    let mut calls = 0;
    receiver.behave(move |_| {
        calls += 1;
        Behaviour::Slowly(Duration::from_millis(3), if calls % 9 == 0 { 500 } else { 200 })
    });
    endpoint(&app, &receiver.url, &MOVES).await;
    rules(&app).await;
    let mut served = Some(serve(&app));
    let job = begun(&app, &mut served, &text, &mut chance).await;
    let chunk = report.took.mul_f64(5_000.0 / ROWS as f64);
    let (served, stood) = killed(&app, &job, served.unwrap(), chunk, &mut chance).await;
    println!("{KILLS} kills, {chunk:?} a chunk, at the positions {stood:?}");

    let found = loop {
        let waiting = rows(&app, "webhook_delivery WHERE status = 'PENDING'").await;
        let found = app.graphql(STATUS, json!({ "id": job })).await["job"].clone();
        let status = found["status"].as_str().unwrap();
        assert!(["QUEUED", "RUNNING", "SUCCEEDED"].contains(&status), "{found}");
        if status == "SUCCEEDED" && waiting == 0 {
            break found;
        }
        // What failed would wait for longer.
        tokio::time::sleep(Duration::from_millis(200)).await;
        due(&app).await;
    };
    drop(served);

    same(&books(&app.app).await, &books(&other.app).await);
    assert_eq!(app.graphql(FIGURES, json!({})).await, other.graphql(FIGURES, json!({})).await);
    let (told, happened) = (receiver.accepted(), logged(&app).await);
    assert_eq!(happened, logged(&other).await, "comings and goings");
    assert!(happened.len() > 1_000 && happened.values().any(|story| story.len() > 1), "{}", happened.len());
    assert_eq!(arrived(&told), happened, "what was told");
    println!("{} calls for {} deliveries", receiver.received().len(), told.len());
    assert_eq!(found["rejected"], report.rejected);
    let rejects = super::rejects(&app, &found).await;
    assert_eq!(rejects, std::fs::read_to_string(report.rejects_file.unwrap()).unwrap().replace("--create", "create"));
    other.verify().await;
    other.stop().await;
}

#[test]
fn twenty_kills_lose_nothing_on_sqlite() {
    run_with(Database::Sqlite, inside, compared);
}

#[test]
fn twenty_kills_lose_nothing_on_postgres() {
    run_with(Database::Postgres, inside, compared);
}
