//! Dynamic segments: they fill and empty themselves with the data and with the days, in dependency order, and say why.

mod changing;
mod days;
mod kills;
mod life;
mod naming;
mod pins;
pub mod races;
mod reasons;
mod templates;
mod walk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::job;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tessera::app::App;
use tessera::worker::{Handlers, Pace};
use tests::TestApp;

use crate::jobs::Working;

pub const CREATE: &str =
    "mutation($i: CreateSegmentInput!) { createSegment(input: $i) { segment { key kind memberCount }
    job { id kind status } userErrors { code field message } } }";
const UPDATE: &str = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { segment { key version memberCount
    evaluation { appliedVersion finishedAt } } job { id } userErrors { code field message } } }";

/// The payload of a mutation.
pub async fn call(app: &TestApp, query: &str, input: Value) -> Value {
    let data = app.graphql(query, json!({ "i": input })).await;
    data.as_object().unwrap().values().next().unwrap().clone()
}

/// The codes and paths of a payload's mistakes.
pub fn mistakes(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let told = errors.map(|error| {
        let path: Vec<&str> = error["field"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
    });
    told.collect()
}

/// Makes a dynamic segment, evaluated.
pub async fn dynamic(app: &TestApp, key: &str, rule: Value) {
    create(app, key, rule).await;
    evaluated(&app.app).await;
}

/// Makes a dynamic segment whose evaluation waits.
pub async fn create(app: &TestApp, key: &str, rule: Value) {
    let payload = call(app, CREATE, json!({"name": key, "key": key, "rule": rule})).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    assert_eq!(payload["job"]["kind"], "EVALUATION");
}

/// Gives a segment another rule, whose evaluation waits.
pub async fn change_rule(app: &TestApp, key: &str, rule: Value) -> Value {
    call(app, UPDATE, json!({"segment": {"key": key}, "rule": rule})).await
}

/// Works until every evaluation that was asked for has ended, and none has failed.
pub async fn evaluated(app: &Arc<App>) {
    let pace = Pace { poll: Duration::from_millis(20), ..Pace::default() };
    let working = Working::start(app, Handlers::product(), pace);
    let begun = Instant::now();
    while count(app, &["QUEUED", "RUNNING"]).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "an evaluation does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    working.stop().await;
    assert_eq!(count(app, &["FAILED"]).await, 0);
}

async fn count(app: &Arc<App>, states: &[&str]) -> u64 {
    let jobs = job::Entity::find().filter(job::Column::Kind.eq("EVALUATION"));
    jobs.filter(job::Column::Status.is_in(states.iter().copied())).count(app.db.writer()).await.unwrap()
}

/// The numbers of those who belong, sorted.
pub async fn belonging(app: &TestApp, key: &str) -> Vec<String> {
    let query = "query($r: SegmentRef!) { segment(ref: $r) { memberCount members(first: 250) { nodes { number } } } }";
    let data = app.graphql(query, json!({"r": {"key": key}})).await;
    let nodes = data["segment"]["members"]["nodes"].as_array().unwrap();
    let mut numbers: Vec<String> = nodes.iter().map(|node| node["number"].as_str().unwrap().to_owned()).collect();
    assert_eq!(data["segment"]["memberCount"], numbers.len());
    numbers.sort();
    numbers
}

/// The comings and goings of a segment, oldest first, each as `m1 JOINED DATA_CHANGED`.
pub async fn events(app: &TestApp, key: &str) -> Vec<String> {
    let query = "query($r: SegmentRef!) { segment(ref: $r) { events(first: 250) { nodes { kind reason member { number } } } } }";
    let data = app.graphql(query, json!({"r": {"key": key}})).await;
    let nodes = data["segment"]["events"]["nodes"].as_array().unwrap().iter().rev();
    let text = |node: &Value| {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        [word(&node["member"]["number"]), word(&node["kind"]), word(&node["reason"])].join(" ")
    };
    nodes.map(text).collect()
}

/// A rule: spending in the last so many days is at least so much.
pub fn spent(days: i64, least: i64) -> Value {
    json!({"transactions": {"measure": "SPENDING", "within": {"lastDays": days}, "is": {"gte": least.to_string()}}})
}

/// A rule: the country is this.
pub fn country(code: &str) -> Value {
    json!({"profile": {"country": {"eq": code}}})
}

/// A rule: belongs to a segment.
pub fn of_segment(key: &str) -> Value {
    json!({"segment": {"key": key}})
}
