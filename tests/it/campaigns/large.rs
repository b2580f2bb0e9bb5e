//! An audience of whom the log of changes says “everybody”.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::{END, START, campaign, count, done, draft, event, record};
use crate::calls::{UPSERT, make};
use crate::dynamic::dynamic;
use crate::segments::{ASSIGN, numbers};

const MEMBERS: usize = 21_000;

async fn many(app: std::sync::Arc<TestApp>) {
    for from in (0..MEMBERS).step_by(7_000) {
        make(&app, UPSERT, (from + 1..=from + 7_000).map(|number| json!({"number": format!("m{number}")})).collect())
            .await;
    }
    app.graphql(crate::segments::CREATE, json!({"input": {"name": "all", "key": "all"}})).await;
    let input = json!({"segment": {"key": "all"}, "members": numbers(1..=MEMBERS)});
    assert_eq!(app.graphql(ASSIGN, json!({ "input": input })).await["assignMembers"]["changed"], MEMBERS);
    let id = draft(&app, json!({"holdoutPercent": "10"})).await;
    dynamic(&app, "got", json!({"campaign": {"campaignId": id, "outcome": "TARGETED"}})).await;
    dynamic(&app, "not-got", json!({"not": {"segment": {"key": "got"}}})).await;
    crate::lens::right(&app).await;
    let started = done(&app, START, &id).await;
    let (targeted, held_out) = (started["targeted"].as_u64().unwrap(), started["heldOut"].as_u64().unwrap());
    assert!(targeted + held_out == MEMBERS as u64 && (1_800..2_400).contains(&held_out), "{started}");
    let sizes = app
        .graphql(
            "{ a: segment(ref: {key: \"got\"}) { memberCount } b: segment(ref: {key: \"not-got\"}) { memberCount } }",
            json!({}),
        )
        .await;
    assert_eq!(sizes, json!({"a": {"memberCount": targeted}, "b": {"memberCount": held_out}}));
    assert_eq!(count(&app, "SELECT COUNT(*) AS number FROM campaign_member").await, MEMBERS as i64);
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
    done(&app, END, &id).await;
    assert_eq!(campaign(&app, &id).await["targeted"], targeted);
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
