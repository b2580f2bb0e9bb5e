//! A server is killed in the middle of pushes and commits; the same call again ends as one clean call. Pushes meet
//! newcomers, switches and sales.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use tests::{Database, Served, TestApp, on_both, random};

use super::sync::{ABORT, APPEND, COMMIT, append, begin};
use super::{PUSH, SCOPES, counts, errors, named, partner};
use crate::calls::{RECORD, days, figures, members, send};
use crate::dynamic::{dynamic, of_segment};

const CROWD: usize = 3_000;

#[test]
fn pushes_survive_kills_on_sqlite() {
    tests::run(Database::Sqlite, pushes);
}

#[test]
fn pushes_survive_kills_on_postgres() {
    tests::run(Database::Postgres, pushes);
}

async fn pushes(app: Arc<TestApp>) {
    let numbers: Vec<String> = (0..CROWD).map(|number| format!("m{number:04}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    members(&app, &numbers).await;
    let one = partner(&app, "crm", &SCOPES).await;
    one.segment(&app, "s").await;
    for round in 0..6 {
        let (join, leave) = if round % 2 == 0 { (&numbers[..], &[][..]) } else { (&[][..], &numbers[..]) };
        let input = json!({"segment": {"key": "s"}, "idempotencyKey": round.to_string(), "join": named(join), "leave": named(leave)});
        killed(&app, &one.token, &json!({"query": PUSH, "variables": {"input": input}}), 30 * round).await;
        let size = size(&app).await;
        assert!(size == 0 || size == CROWD, "{size}: neither all nor none");
        // The same call again, and once more.
        for _ in 0..2 {
            let payload = one.push(&app, input.clone()).await;
            let moved = i64::try_from(CROWD).unwrap();
            let expected = if round % 2 == 0 { [moved, 0, 0, 0] } else { [0, moved, 0, 0] };
            assert_eq!(counts(&payload["receipt"]), expected, "{round}");
        }
        app.verify().await;
    }
    // A commit.
    let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
    append(&app, &one, &sync, 0, &numbers).await;
    let body = json!({"query": COMMIT, "variables": {"input": {"sync": sync}}});
    for round in 0..4 {
        killed(&app, &one.token, &body, 40 * round).await;
        let size = size(&app).await;
        assert!(size == 0 || size == CROWD, "{size}: neither the old nor the new");
    }
    let done = one.call(&app, COMMIT, json!({"input": {"sync": sync}})).await;
    assert_eq!(done["sync"]["joined"], CROWD);
    // Its parts, and an abort: what is left of them is all or nothing as well, and the same call again is one clean call.
    let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
    for (part, crowd) in (0..).zip(numbers.chunks(CROWD / 4)) {
        let input = json!({"sync": sync, "part": part, "members": named(crowd)});
        killed(&app, &one.token, &json!({"query": APPEND, "variables": {"input": input}}), 10 * part).await;
        let done = append(&app, &one, &sync, i64::try_from(part).unwrap(), crowd).await;
        assert_eq!(done["sync"]["received"], (usize::try_from(part).unwrap() + 1) * crowd.len());
    }
    let input = json!({ "sync": sync });
    for round in 0..3 {
        killed(&app, &one.token, &json!({"query": ABORT, "variables": {"input": input}}), 15 * round).await;
    }
    let aborted = one.call(&app, ABORT, json!({ "input": input })).await;
    assert!(aborted["sync"]["abortedAt"].is_string(), "{aborted}");
    assert_eq!(errors(&one.call(&app, COMMIT, json!({ "input": input })).await), ["input.sync NOT_ALLOWED"]);
    assert_eq!(size(&app).await, CROWD, "an aborted list moves nobody");
}

async fn size(app: &TestApp) -> usize {
    let members = figures(app, "crm/s").await["memberCount"].as_u64().unwrap();
    usize::try_from(members).unwrap()
}

/// Sends a call to a server that is killed a moment later.
async fn killed(app: &TestApp, token: &str, body: &Value, after: u64) {
    let mut served = Served::start(&app.url, app.folder());
    let call = app.client().post(format!("{}/graphql", served.base)).bearer_auth(token).json(body);
    let calling = tokio::spawn(call.send());
    tokio::time::sleep(Duration::from_millis(after)).await;
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let _ = calling.await;
}

on_both! {
    async fn pushes_meet_newcomers_sales_and_switches(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        one.segment(&app, "s").await;
        dynamic(&app, "of-s", of_segment("crm/s")).await;
        let numbers: Arc<Vec<String>> = Arc::new((0..30).map(|number| format!("m{number:02}")).collect());
        let random = random("pushes beside others");
        let pushing = (0..3).map(|writer| {
            let (app, one, mut random, numbers) = (Arc::clone(&app), one.clone(), random.clone(), Arc::clone(&numbers));
            tokio::spawn(async move {
                (0..writer).for_each(|_| { random.random::<u64>(); });
                for step in 0..20 {
                    let mut some = || -> Vec<&str> { (0..5).map(|_| numbers[random.random_range(0..numbers.len())].as_str()).collect() };
                    let input = json!({"segment": {"key": "s"}, "idempotencyKey": format!("{writer}-{step}"), "join": named(&some()), "leave": named(&some())});
                    // Switched off at this moment, it takes none.
                    one.push(&app, input).await;
                }
            })
        });
        let buying = {
            let (app, numbers) = (Arc::clone(&app), Arc::clone(&numbers));
            tokio::spawn(async move {
                for (place, number) in numbers.iter().enumerate() {
                    members(&app, &[number]).await;
                    send(&app, RECORD, json!([{"document": place.to_string(), "member": {"number": number}, "amount": "7", "at": days(-1)}])).await;
                }
            })
        };
        let switching = {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                app.graphql("mutation { removeSegment(input: {segment: {key: \"of-s\"}}) { userErrors { code } } }", json!({})).await;
                for step in 0..10 {
                    let to = if step % 2 == 0 { "deactivate" } else { "activate" };
                    app.graphql(&format!("mutation {{ {to}Segment(input: {{segment: {{key: \"crm/s\"}}}}) {{ userErrors {{ code }} }} }}"), json!({})).await;
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
            })
        };
        let (pushed, bought, switched) = tokio::join!(join_all(pushing), buying, switching);
        pushed.into_iter().for_each(|one| one.unwrap());
        bought.unwrap();
        switched.unwrap();
        // Nobody who is known is waited for, and what is left is what was said last: the harness compares that.
        let text = "SELECT COUNT(*) AS n FROM pushed_name AS p JOIN member AS m ON m.number = p.name WHERE p.kind = 'NUMBER'";
        use sea_orm::{ConnectionTrait, Statement};
        let db = app.app.db.writer();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 0);
    }
}
