//! Servers are killed while they erase: afterwards a person is there as before, or gone without a trace.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::{Database, Served, TestApp};

use super::{ERASE, erase, one};
use crate::calls::{POINTS, RECORD, UPSERT, days, make, segment};
use crate::jobs::processes::token;

const PERSONS: usize = 60;
const KILLS: u64 = 10;

#[test]
fn an_erasure_survives_kills_on_sqlite() {
    tests::run(Database::Sqlite, erasures);
}

#[test]
fn an_erasure_survives_kills_on_postgres() {
    tests::run(Database::Postgres, erasures);
}

fn number(person: usize) -> String {
    format!("killed-{person}")
}

/// How much of a person there is: everything, or nothing.
async fn is_whole(app: &TestApp, person: usize) -> bool {
    let number = number(person);
    let left = [
        format!("SELECT COUNT(*) FROM member WHERE number = '{number}'"),
        format!("SELECT COUNT(*) FROM member_label WHERE value = '{number}'"),
        format!(
            "SELECT COUNT(*) FROM \"transaction\" WHERE document = '{number}' AND member_id IS NOT NULL AND erased_member_id IS NULL"
        ),
        format!("SELECT COUNT(*) FROM points_entry WHERE origin = '{number}'"),
        format!(
            "SELECT COUNT(*) FROM segment_member AS b JOIN member AS m ON m.id = b.member_id WHERE m.number = '{number}'"
        ),
    ];
    let mut counts = Vec::new();
    for text in left {
        counts.push(one(app, &text).await);
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "{number} is there by halves: {counts:?}");
    counts[0] == 1
}

async fn erasures(app: Arc<TestApp>) {
    let named = |person| json!({"number": number(person)});
    let member = |person| {
        let number = number(person);
        json!({"number": number, "email": format!("{number}@example.org"), "labels": [{"key": "k", "value": number}]})
    };
    make(&app, UPSERT, (0..PERSONS).map(member).collect()).await;
    let sale = |person| json!({"document": number(person), "member": named(person), "amount": 3, "at": days(-1)});
    make(&app, RECORD, (0..PERSONS).map(sale).collect()).await;
    let entry = |person| json!({"document": "a", "member": named(person), "kind": "EARNED", "points": 1, "at": days(-1), "origin": number(person)});
    make(&app, POINTS, (0..PERSONS).map(entry).collect()).await;
    let numbers: Vec<String> = (0..PERSONS).map(number).collect();
    segment(&app, "all", &numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut gone, mut longest) = (Vec::new(), 0);
    for round in 0..KILLS {
        let mut command = Served::usual(&app.url, app.folder());
        command.env("TESSERA_LOG", "trace");
        let mut served = Served::start_as(command, app.folder());
        let token = token(&app, &served).await;
        let (client, url) = (app.client().clone(), format!("{}/graphql", served.base));
        let erasing = tokio::spawn(async move {
            for person in 0..PERSONS {
                let body = json!({"query": ERASE, "variables": {"i": {"member": {"number": number(person)}}}});
                let Ok(answer) = client.post(&url).bearer_auth(&token).json(&body).send().await else { return };
                let Ok(answer) = answer.json::<Value>().await else { return };
                assert!(answer.get("errors").is_none(), "{answer}");
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(15 + 25 * round)).await;
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        erasing.await.unwrap();
        let mut whole = 0;
        for person in 0..PERSONS {
            whole += usize::from(is_whole(&app, person).await);
        }
        gone.push(PERSONS - whole);
        app.verify().await;
        // Nothing about anybody is in the log, at its most talkative.
        let log = std::fs::read_to_string(app.folder().join("serve.log")).unwrap();
        longest = longest.max(log.len());
        let told: Vec<&str> = log.lines().filter(|line| line.contains("killed-")).collect();
        assert!(told.is_empty(), "a number is in the log: {told:?}");
    }
    // Whoever is killed soon has not written much.
    assert!(longest > 1_000, "it was not at its most talkative: {longest} bytes");
    println!("persons gone after each kill: {gone:?}");
    for person in 0..PERSONS {
        if is_whole(&app, person).await {
            erase(&app, &number(person)).await;
        }
        assert!(!is_whole(&app, person).await);
    }
}
