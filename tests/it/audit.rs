//! The log of who changed what: an entry for every call that changes something, in its transaction, and none for any
//! other; never a secret in it.

mod commands;
mod list;
mod members;
mod table;

use serde_json::{Value, json};
use tests::TestApp;

const LOG: &str = "query($first: Int, $after: String, $object: ID, $actor: String, $from: Date, $to: Date) {
    auditLog(first: $first, after: $after, object: $object, actor: $actor, from: $from, to: $to) {
    nodes { id at actor action objectId objectKind objectName changes ip } pageInfo { hasNextPage endCursor } } }";

/// The log as an administrator sees it, newest first.
async fn log(app: &TestApp, variables: Value) -> Vec<Value> {
    let found = app.graphql(LOG, variables).await;
    found["auditLog"]["nodes"].as_array().unwrap().clone()
}

/// The id of the newest entry, or what comes before all.
pub async fn mark(app: &TestApp) -> Value {
    log(app, json!({"first": 1})).await.first().map_or(Value::Null, |entry| entry["id"].clone())
}

/// What was written since a mark, oldest first.
pub async fn since(app: &TestApp, mark: &Value) -> Vec<Value> {
    let mut new: Vec<Value> =
        log(app, json!({"first": 250})).await.into_iter().take_while(|entry| entry["id"] != *mark).collect();
    new.reverse();
    new
}

/// An entry's action, type, name and changes.
pub fn told(entry: &Value) -> (&str, &str, &str, &Value) {
    let text = |name: &str| entry[name].as_str().unwrap();
    (text("action"), text("objectKind"), text("objectName"), &entry["changes"])
}

/// A field that was not there before.
pub fn new(value: impl Into<Value>) -> Value {
    json!({"old": null, "new": value.into()})
}

pub fn from(old: impl Into<Value>, new: impl Into<Value>) -> Value {
    json!({"old": old.into(), "new": new.into()})
}
