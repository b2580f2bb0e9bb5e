//! Servers are killed while campaigns start, end, and take in what members did: each is whole, or as before, and the same
//! call again does the rest.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use tests::{Database, Served, TestApp, random};

use super::{END, RECORD, START, campaign, count, done, draft, event};
use crate::calls::{UPSERT, make};
use crate::dynamic::{call, dynamic};
use crate::jobs::processes::token;
use crate::segments::{ASSIGN, numbers};

const MEMBERS: usize = 3_000;
const KILLS: u64 = 6;

#[test]
fn campaigns_survive_kills_on_sqlite() {
    tests::run(Database::Sqlite, campaigns);
}

#[test]
fn campaigns_survive_kills_on_postgres() {
    tests::run(Database::Postgres, campaigns);
}

/// A server of its own is asked something, and killed in the middle of it or soon after.
async fn killed(app: &TestApp, after: Duration, text: &'static str, input: Value) {
    let mut served = Served::start(&app.url, app.folder());
    let token = token(app, &served).await;
    let (client, url) = (app.client().clone(), format!("{}/graphql", served.base));
    let asking = tokio::spawn(async move {
        let body = json!({"query": text, "variables": {"i": input}});
        let answer = client.post(&url).bearer_auth(token).json(&body).send().await;
        answer.is_ok()
    });
    tokio::time::sleep(after).await;
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    asking.await.unwrap();
    settled(app).await;
}

/// On PostgreSQL a statement of a killed process may still be under way, and end well.
async fn settled(app: &TestApp) {
    if app.database == Database::Sqlite {
        return;
    }
    let busy = "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
        AND pid <> pg_backend_pid() AND application_name = 'tessera'";
    while count(app, busy).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
}

async fn campaigns(app: Arc<TestApp>) {
    let mut random = random("kills of campaigns");
    make(&app, UPSERT, (1..=MEMBERS).map(|number| json!({"number": format!("m{number}")})).collect()).await;
    app.graphql(crate::segments::CREATE, json!({"input": {"name": "all", "key": "all"}})).await;
    app.graphql(ASSIGN, json!({"input": {"segment": {"key": "all"}, "members": numbers(1..=MEMBERS)}})).await;
    let mut seen = Vec::new();
    for round in 0..KILLS {
        let id = draft(&app, json!({"name": format!("Round {round}"), "holdoutPercent": "30"})).await;
        let key = format!("engaged-{round}");
        dynamic(&app, &key, json!({"campaign": {"campaignId": id, "outcome": "ENGAGED"}})).await;
        dynamic(&app, &format!("got-{round}"), json!({"campaign": {"campaignId": id, "outcome": "TARGETED"}})).await;
        let mut after = |most: u64| Duration::from_millis(random.random_range(0..most));

        killed(&app, after(350), START, json!({ "id": id })).await;
        let found = campaign(&app, &id).await;
        let audience = count(
            &app,
            "SELECT COUNT(*) AS number FROM campaign_member WHERE campaign_id = (SELECT MAX(id) FROM campaign)",
        )
        .await;
        let whole = if found["status"] == "DRAFT" { 0 } else { MEMBERS as i64 };
        assert_eq!(audience, whole, "{found}");
        app.verify().await;
        let first = (found["status"] != "DRAFT").then(|| found.clone());
        let started = done(&app, START, &id).await;
        if let Some(first) = &first {
            assert_eq!(
                (&started["heldOut"], &started["startsAt"]),
                (&first["heldOut"], &first["startsAt"]),
                "a holdout is drawn once"
            );
        }
        assert_eq!(started["targeted"].as_i64().unwrap() + started["heldOut"].as_i64().unwrap(), MEMBERS as i64);

        let events: Vec<Value> = (1..=MEMBERS).map(|number| event(&format!("m{number}"), "OPENED")).collect();
        killed(&app, after(700), RECORD, json!({"campaign": id, "events": events})).await;
        let recorded =
            count(&app, "SELECT COUNT(*) AS number FROM engagement WHERE campaign_id = (SELECT MAX(id) FROM campaign)")
                .await;
        assert!(recorded == 0 || recorded == MEMBERS as i64, "{recorded} of {MEMBERS} are recorded");
        app.verify().await;
        let again = call(&app, RECORD, json!({"campaign": id, "events": events})).await;
        assert_eq!((&again["created"], &again["duplicates"]), (&json!(MEMBERS as i64 - recorded), &json!(recorded)));
        let size =
            app.graphql("query($k: String!) { segment(ref: {key: $k}) { memberCount } }", json!({ "k": key })).await;
        assert_eq!(size["segment"]["memberCount"], started["targeted"]);

        killed(&app, after(150), END, json!({ "id": id })).await;
        let ended = campaign(&app, &id).await;
        app.verify().await;
        assert_eq!(done(&app, END, &id).await["status"], "ENDED");
        seen.push((first.is_some(), recorded > 0, ended["status"] == "ENDED"));
    }
    println!("started, recorded and ended before each kill: {seen:?}");
}
