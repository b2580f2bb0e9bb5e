//! What partners do is in the log, under their name, and nothing else.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::sync::{ABORT, APPEND, BEGIN, COMMIT, append, begin};
use super::{PUSH, Partner, REGISTER, SCOPES, named, partner};
use crate::audit::{from, mark, new, since, told};
use crate::calls::members;

/// The mutations that partners call and nobody else does.
pub const BY_PARTNERS: [&str; 6] = [
    "registerExternalSegment",
    "pushSegmentMembers",
    "beginSegmentSync",
    "appendSegmentSync",
    "commitSegmentSync",
    "abortSegmentSync",
];

/// Calls twice: the first time it is told as it says, the second time nothing is.
async fn check(app: &TestApp, one: &Partner, call: &str, input: Value, expected: (&str, &str, &str, Value)) {
    let before = mark(app).await;
    let variables = json!({ "input": input });
    let done = one.call(app, call, variables.clone()).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    let found = since(app, &before).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let (action, kind, name, changes) = expected;
    assert_eq!(told(&found[0]), (action, kind, name, &changes));
    assert_eq!((&found[0]["actor"], &found[0]["ip"]), (&json!("partner crm"), &json!("127.0.0.1")));
    let before = mark(app).await;
    one.call(app, call, variables).await;
    assert_eq!(since(app, &before).await, Vec::<Value>::new(), "{action} again");
}

on_both! {
    async fn what_a_partner_changes_is_in_the_log(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b"]).await;
        check(&app, &one, REGISTER, json!({"key": "s", "name": "S"}),
            ("registerExternalSegment", "Segment", "S", json!({"key": new("crm/s"), "name": new("S")}))).await;
        check(&app, &one, PUSH, json!({"segment": {"key": "s"}, "idempotencyKey": "k", "join": named(&["a", "b", "c"])}),
            ("pushSegmentMembers", "Segment", "S", json!({"joined": new(2), "left": new(0), "pending": new(1)}))).await;
        check(&app, &one, BEGIN, json!({"segment": {"key": "s"}, "maxLeavePercent": "50"}),
            ("beginSegmentSync", "SegmentSync", "full list", json!({"segment": new("crm/s"), "maxLeavePercent": new("50")}))).await;
        let open = one.call(&app, BEGIN, json!({"input": {"segment": {"key": "s"}}})).await;
        let sync = open["sync"]["id"].as_str().unwrap();
        check(&app, &one, APPEND, json!({"sync": sync, "part": 0, "members": named(&["a"])}),
            ("appendSegmentSync", "SegmentSync", "full list", json!({"part": new(0), "received": from(0, 1)}))).await;
        check(&app, &one, COMMIT, json!({ "sync": sync }),
            ("commitSegmentSync", "Segment", "S", json!({"joined": new(0), "left": new(1), "pending": new(0)}))).await;
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        append(&app, &one, &sync, 0, &["b"]).await;
        check(&app, &one, ABORT, json!({ "sync": sync }),
            ("abortSegmentSync", "SegmentSync", "full list", json!({"aborted": from(false, true)}))).await;
    }
}
