//! An audience that is too large to be decided where it is fixed: everybody stands still until the rules that name the
//! campaign have been evaluated.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tessera::membership::evaluate_outdated;
use tests::{Database, TestApp};

use super::{END, START, campaign, count, done, draft, event, record};
use crate::calls::{RECORD, UPSERT, days, make, members};
use crate::dynamic::{dynamic, evaluated, mistakes};
use crate::lens::under_way;
use crate::segments::{ASSIGN, numbers};

const MEMBERS: usize = 21_000;
const KEYS: [&str; 3] = ["got", "not-got", "bought"];

/// How many members the segments have.
async fn sizes(app: &TestApp) -> [u64; 3] {
    let mut sizes = [0; 3];
    for (size, key) in sizes.iter_mut().zip(KEYS) {
        *size = crate::dynamic::races::size(app, key).await;
    }
    sizes
}

/// Which of the segments wait for their evaluation.
async fn waiting(app: &TestApp) -> Vec<&'static str> {
    let mut waiting = Vec::new();
    for key in KEYS {
        let text = "query($k: String!) { segment(ref: {key: $k}) { evaluation { finishedAt } } }";
        let data = app.graphql(text, json!({ "k": key })).await;
        waiting.extend(data["segment"]["evaluation"]["finishedAt"].is_null().then_some(key));
    }
    waiting
}

async fn many(app: std::sync::Arc<TestApp>) {
    for from in (0..MEMBERS).step_by(7_000) {
        let part = from + 1..=from + 7_000;
        make(&app, UPSERT, part.clone().map(|number| json!({"number": format!("m{number}")})).collect()).await;
        let sale = |number| json!({"document": format!("s{number}"), "member": {"number": format!("m{number}")}, "amount": "1", "at": days(0)});
        make(&app, RECORD, part.map(sale).collect()).await;
    }
    app.graphql(crate::segments::CREATE, json!({"input": {"name": "all", "key": "all"}})).await;
    let input = json!({"segment": {"key": "all"}, "members": numbers(1..=MEMBERS)});
    assert_eq!(app.graphql(ASSIGN, json!({ "input": input })).await["assignMembers"]["changed"], MEMBERS);
    let id = draft(&app, json!({"holdoutPercent": "1", "startsAt": days(5), "endsAt": days(9)})).await;
    dynamic(&app, "got", json!({"campaign": {"campaignId": id, "outcome": "TARGETED"}})).await;
    dynamic(&app, "not-got", json!({"not": {"segment": {"key": "got"}}})).await;
    dynamic(&app, "bought", json!({"campaign": {"campaignId": id, "outcome": "CONVERTED"}})).await;
    crate::lens::right(&app).await;
    // Whatever else the server of the database is at work on does not keep segments from following.
    let slow = under_way(&app).await;
    let started = done(&app, START, &id).await;
    let (targeted, held_out) = (started["targeted"].as_u64().unwrap(), started["heldOut"].as_u64().unwrap());
    assert!(targeted + held_out == MEMBERS as u64 && (150..280).contains(&held_out), "{started}");
    assert_eq!(count(&app, "SELECT COUNT(*) AS number FROM campaign_member").await, MEMBERS as i64);

    // What it brought is told at once, whatever the memory has seen of it.
    let results = "query($id: ID!) { campaign(id: $id) { results { basis conversionTargeted conversionHeldOut } } }";
    let results = app.graphql(results, json!({ "id": id })).await["campaign"]["results"].clone();
    assert_eq!(results, json!({"basis": "EXPERIMENT", "conversionTargeted": 0.0, "conversionHeldOut": 0.0}));

    // Until they are evaluated, both stand still, whatever happens to whom; what names them is decided by them as they are.
    assert_eq!((sizes(&app).await, waiting(&app).await), ([0, MEMBERS as u64, 0], vec!["got", "bought"]));
    members(&app, &["late"]).await;
    make(&app, RECORD, json!([{"document": "again", "member": {"number": "m1"}, "amount": "1", "at": days(0)}])).await;
    app.verify().await;
    assert_eq!(sizes(&app).await, [0, MEMBERS as u64 + 1, 0]);
    // Who belongs to what names them is not known either, so that no audience can be made of it.
    let other = draft(&app, json!({"name": "Others", "segment": {"key": "not-got"}, "holdoutPercent": "0"})).await;
    let payload = crate::dynamic::call(&app, START, json!({ "id": other })).await;
    assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.id"], "{payload}");
    // Who stops their evaluations stops them for a while.
    let queued = "SELECT COUNT(*) AS number FROM job WHERE kind = 'EVALUATION' AND status = 'QUEUED'";
    let asked_again = async || {
        evaluate_outdated(&app.app).await.unwrap();
        count(&app, queued).await
    };
    assert_eq!(asked_again().await, 2);
    let write = async |text: &str| app.app.db.writer().execute_unprepared(text).await.unwrap();
    let now = app.app.clock.real_millis();
    write(&format!(
        "UPDATE job SET status = 'CANCELLED', finished_at = {now} WHERE kind = 'EVALUATION' AND status = 'QUEUED'"
    ))
    .await;
    assert_eq!(asked_again().await, 0);
    write("UPDATE job SET finished_at = 1 WHERE kind = 'EVALUATION' AND status = 'CANCELLED'").await;
    assert_eq!(asked_again().await, 2);
    assert_eq!(asked_again().await, 2);
    evaluated(&app.app).await;
    drop(slow);
    assert_eq!((sizes(&app).await, waiting(&app).await), ([targeted, held_out + 1, 0], vec![]));
    assert_eq!(asked_again().await, 0);
    let event_of = "{ segment(ref: {key: \"got\"}) { events(first: 1) { nodes { kind reason actor } } } }";
    let data = app.graphql(event_of, json!({})).await;
    let joined = json!([{"kind": "JOINED", "reason": "DATA_CHANGED", "actor": null}]);
    assert_eq!(data["segment"]["events"]["nodes"], joined);
    app.verify().await;

    // The memory catches up with everybody, and follows from there on.
    let begun = std::time::Instant::now();
    loop {
        let preview = "query($r: RuleInput!) { previewRule(rule: $r) { memberCount } }";
        let rule = json!({"campaign": {"campaignId": id, "outcome": "HELD_OUT"}});
        if app.graphql(preview, json!({"r": rule})).await["previewRule"]["memberCount"] == held_out {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "the memory does not catch up");
    }
    crate::lens::right(&app).await;
    let page = app.graphql("query($id: ID!) { campaign(id: $id) { audience(first: 250, heldOut: false) { nodes { number } } results { basis warnings } } }", json!({ "id": id })).await;
    assert_eq!(page["campaign"]["results"]["basis"], "EXPERIMENT", "{page}");
    let events: Vec<Value> = page["campaign"]["audience"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| event(node["number"].as_str().unwrap(), "OPENED"))
        .collect();
    assert_eq!(events.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 250);
    assert_eq!(record(&app, &id, events).await.0, 250);

    // It ends before it has begun, and today is its only day: everybody bought on it.
    done(&app, END, &id).await;
    assert_eq!(campaign(&app, &id).await["targeted"], targeted);
    assert_eq!((sizes(&app).await, waiting(&app).await), ([targeted, held_out + 1, 0], vec!["got", "bought"]));
    app.verify().await;
    // One that is switched off and on again while it waits says that.
    let switch = |word: &str| {
        format!("mutation($i: SegmentRefInput!) {{ {word}(input: $i) {{ userErrors {{ code field }} }} }}")
    };
    for word in ["deactivateSegment", "activateSegment"] {
        let payload = crate::dynamic::call(&app, &switch(word), json!({"segment": {"key": "bought"}})).await;
        assert_eq!(mistakes(&payload), Vec::<String>::new(), "{word}");
    }
    evaluated(&app.app).await;
    assert_eq!((sizes(&app).await, waiting(&app).await), ([targeted, held_out + 1, targeted], vec![]));
    let data = app.graphql(&event_of.replace("got", "bought"), json!({})).await;
    assert_eq!(data["segment"]["events"]["nodes"][0]["reason"], "ACTIVATED");
    crate::lens::right(&app).await;
}

#[test]
fn sqlite() {
    tests::run_with(Database::Sqlite, |settings| settings.lens = true, many);
}

#[test]
fn postgres() {
    tests::run_with(Database::Postgres, |settings| settings.lens = true, many);
}
