//! `graphql-transport-ws` over the real server: what is told, to whom, and how a socket ends.

mod client;
mod closes;
mod ends;
mod node;
mod origins;
mod slow;
mod tokens;
mod watched;

pub use client::{Client, url_of};
pub use tokens::for_something_else;

use serde_json::{Value, json};
use tests::TestApp;

use crate::segments::{ASSIGN, numbers};

const EVENTS: &str =
    "subscription($segment: SegmentRef, $after: String) { membershipEvents(segment: $segment, after: $after) {
    cursor node { id kind reason at actor segmentKey member { number } segment { name memberCount } } } }";

/// Assigns members m… to a segment.
async fn assign(app: &TestApp, key: &str, members: impl IntoIterator<Item = usize>) {
    let input = json!({"segment": {"key": key}, "members": numbers(members)});
    let done = app.graphql(ASSIGN, json!({ "input": input })).await;
    assert_eq!(done["assignMembers"]["userErrors"], json!([]), "{done}");
}

/// The cursors of a segment's log, oldest first.
async fn logged(app: &TestApp, key: &str) -> Vec<String> {
    let text = "query($key: String!, $after: String) { segment(ref: {key: $key}) {
        events(first: 250, after: $after) { edges { cursor } pageInfo { hasNextPage endCursor } } } }";
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = app.graphql(text, json!({"key": key, "after": after})).await["segment"]["events"].clone();
        let cursors = page["edges"].as_array().unwrap().iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned());
        all.extend(cursors);
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            all.reverse();
            return all;
        }
    }
}
