//! `verify` finds things: every kind of row is made wrong by hand, must be named, and is put right again.

mod damages;

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Database, TestApp};

use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, make, segment};

/// What is made wrong, what must be said of it, and how it is put right. `{m1}` and the like stand for ids.
struct Damage {
    broken: String,
    said: &'static str,
    mended: String,
}

#[test]
fn every_damage_is_found_on_sqlite() {
    check(Database::Sqlite);
}

#[test]
fn every_damage_is_found_on_postgres() {
    check(Database::Postgres);
}

fn check(database: Database) {
    tests::run(database, |app| async move {
        fill(&app).await;
        app.verify().await;
        let ids = ids(&app).await;
        for damage in damages::all() {
            let [broken, said, mended] =
                [&damage.broken, &damage.said.to_owned(), &damage.mended].map(|text| with_ids(text, &ids));
            execute(&app, &broken).await;
            let report = tessera::verify::run(&app.app).await.unwrap();
            let found = report.differences.iter().any(|difference| difference.contains(&said));
            assert!(found, "{broken}: {said} is not among {:#?}", report.differences);
            assert!(report.to_string().contains("differ"), "{report}");
            execute(&app, &mended).await;
            let report = tessera::verify::run(&app.app).await.unwrap();
            assert!(report.differences.is_empty(), "{mended}: {:#?}", report.differences);
            assert!(report.compared > 0 && report.to_string().contains("no difference"), "{report}");
        }
    });
}

/// Two members with documents, points, an answer and labels, one without anything, and segments with and without them.
async fn fill(app: &TestApp) {
    let labels = json!([{"key": "k", "value": "v"}]);
    make(
        app,
        UPSERT,
        json!([{"number": "m1", "labels": labels, "marketingConsent": true}, {"number": "m2"}, {"number": "m3"}]),
    )
    .await;
    let row = |document: &str, kind: &str, amount: &str, of: Option<&str>| {
        json!({"document": document, "kind": kind, "amount": amount, "at": days(-3), "returnsDocument": of,
        "items": [{"sku": "a", "amount": amount}]})
    };
    let of =
        |row: serde_json::Value, member: &str| crate::documents::with(&row, &json!({"member": {"number": member}}));
    make(
        app,
        RECORD,
        json!([
            of(row("sale", "SALE", "10.00", None), "m1"),
            of(row("full", "SALE", "5.00", None), "m1"),
            of(row("other", "SALE", "20.00", None), "m2"),
            row("part", "RETURN", "4.00", Some("sale")),
            row("whole", "RETURN", "5.00", Some("full")),
            row("anonymous", "SALE", "7.00", None),
            row("waiting", "RETURN", "1.00", Some("unknown")),
        ]),
    )
    .await;
    let points = |document: &str, kind: &str| json!({"member": {"number": "m1"}, "kind": kind, "points": 9, "at": days(-3), "document": document});
    make(
        app,
        POINTS,
        json!([points("e", "EARNED"), points("r", "REDEEMED"), points("x", "EXPIRED"), points("a", "ADJUSTED")]),
    )
    .await;
    let answer = json!({"member": {"number": "m2"}, "survey": "nps", "score": 9, "at": days(-3), "document": "answer"});
    make(app, FEEDBACK, json!([answer])).await;
    segment(app, "two", &["m1", "m2"]).await;
    segment(app, "none", &[]).await;
    let campaign = json!({"segment": {"key": "two"}, "holdoutPercent": "0", "startsAt": days(-1), "endsAt": days(9)});
    let campaign = crate::campaigns::started(app, campaign).await;
    let events = json!({"campaign": campaign, "events": [crate::campaigns::event("m1", "OPENED")]});
    crate::dynamic::call(app, crate::campaigns::RECORD, events).await;
    // One came and went.
    let input = json!({"segment": {"key": "two"}, "members": [{"number": "m3"}]});
    app.graphql(crate::segments::ASSIGN, json!({ "input": input })).await;
    let out = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed } }";
    assert_eq!(app.graphql(out, json!({ "input": input })).await["unassignMembers"]["changed"], 1);
}

/// The ids that the texts name.
async fn ids(app: &TestApp) -> Vec<(&'static str, String)> {
    let mut ids = Vec::new();
    for (table, column, names) in [
        ("member", "number", vec!["m1", "m2", "m3"]),
        ("segment", "key", vec!["two", "none"]),
        ("\"transaction\"", "document", vec!["sale", "full", "other", "part", "anonymous"]),
    ] {
        for name in names {
            ids.push((
                name,
                one(app, &format!("SELECT CAST(id AS TEXT) AS it FROM {table} WHERE {column} = '{name}'")).await,
            ));
        }
    }
    ids.push(("today", one(app, "SELECT figures_on AS it FROM program").await));
    ids
}

fn with_ids(text: &str, ids: &[(&'static str, String)]) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

async fn one(app: &TestApp, text: &str) -> String {
    let db = app.app.db.writer();
    let row = db.query_one_raw(tessera::db::sql(db, text, [])).await.unwrap().unwrap();
    row.try_get("", "it").unwrap()
}

/// Runs a statement; one that begins with `{unwatched}` without the foreign keys.
async fn execute(app: &TestApp, text: &str) {
    let text = match (text.strip_prefix("{unwatched}"), app.database) {
        (None, _) => text.to_owned(),
        (Some(text), Database::Sqlite) => format!("PRAGMA foreign_keys = OFF; {text}; PRAGMA foreign_keys = ON"),
        (Some(text), Database::Postgres) => {
            format!("SET session_replication_role = replica; {text}; SET session_replication_role = DEFAULT")
        }
    };
    app.app.db.writer().execute_unprepared(&text).await.unwrap();
}
