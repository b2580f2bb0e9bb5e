//! Members who are pinned in or out stay so, whatever the rule says.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{belonging, call, change_rule, country, dynamic, evaluated, events, mistakes, of_segment};
use crate::calls::{UPSERT, send};

const ASSIGN: &str = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed unchanged
    problems { path code } segment { memberCount } userErrors { code field message } } }";

fn mutation(name: &str) -> String {
    ASSIGN.replace("assignMembers(", &format!("{name}("))
}

async fn hand(app: &TestApp, name: &str, key: &str, numbers: &[&str]) -> Value {
    let members: Vec<Value> = numbers.iter().map(|number| json!({"number": number})).collect();
    call(app, &mutation(name), json!({"segment": {"key": key}, "members": members, "note": " by phone "})).await
}

async fn via(app: &TestApp, key: &str) -> Vec<String> {
    let query = "query($r: SegmentRef!) { segment(ref: $r) { members(first: 50) { edges { via node { number } } } } }";
    let data = app.graphql(query, json!({"r": {"key": key}})).await;
    let edges = data["segment"]["members"]["edges"].as_array().unwrap().iter();
    let mut all: Vec<String> = edges
        .map(|edge| format!("{} {}", edge["node"]["number"].as_str().unwrap(), edge["via"].as_str().unwrap()))
        .collect();
    all.sort();
    all
}

on_both! {
    async fn pins_stand_through_data_and_rules_until_they_are_taken_away(app) {
        send(&app, UPSERT, json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"},
            {"number": "m3", "country": "PL"}])).await;
        dynamic(&app, "poles", country("PL")).await;
        dynamic(&app, "friends", of_segment("poles")).await;
        assert_eq!(via(&app, "poles").await, ["m1 RULE", "m3 RULE"]);
        let done = hand(&app, "assignMembers", "poles", &["m1", "m2", "nobody"]).await;
        assert_eq!((&done["changed"], &done["unchanged"]), (&json!(2), &json!(0)), "{done}");
        assert_eq!(done["problems"], json!([{"path": ["members", "2"], "code": "UNKNOWN_MEMBER"}]));
        assert_eq!(via(&app, "poles").await, ["m1 ASSIGNED", "m2 ASSIGNED", "m3 RULE"]);
        assert_eq!(belonging(&app, "friends").await, ["m1", "m2", "m3"]);
        let done = hand(&app, "unassignMembers", "poles", &["m3", "m2"]).await;
        assert_eq!((&done["changed"], &done["unchanged"]), (&json!(2), &json!(0)));
        assert_eq!(hand(&app, "unassignMembers", "poles", &["m3"]).await["unchanged"], 1);
        assert_eq!(belonging(&app, "poles").await, ["m1"]);
        // Data and rules do not move them.
        send(&app, UPSERT, json!([{"number": "m1", "country": "FR"}, {"number": "m3", "country": "PL", "city": "Wrocław"}])).await;
        assert_eq!(belonging(&app, "poles").await, ["m1"]);
        change_rule(&app, "poles", json!({"everyone": true})).await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "poles").await, ["m1"]);
        assert_eq!(belonging(&app, "friends").await, ["m1"]);
        let query = "{ segment(ref: {key: \"poles\"}) { pins(first: 2) { nodes { pinnedIn note actor member { number } }
            pageInfo { hasNextPage } } } }";
        let pins = app.graphql(query, json!({})).await["segment"]["pins"].clone();
        assert_eq!(pins["pageInfo"]["hasNextPage"], true);
        assert_eq!(pins["nodes"][0]["note"], "by phone");
        assert_eq!(pins["nodes"][0]["actor"], tests::OWNER);
        // The rule decides again, at once.
        let done = hand(&app, "unpinMembers", "poles", &["m1", "m2", "m3"]).await;
        assert_eq!((&done["changed"], &done["segment"]["memberCount"]), (&json!(3), &json!(3)), "{done}");
        assert_eq!(via(&app, "poles").await, ["m1 RULE", "m2 RULE", "m3 RULE"]);
        assert_eq!(belonging(&app, "friends").await, ["m1", "m2", "m3"]);
        assert_eq!(hand(&app, "unpinMembers", "poles", &["m1"]).await["changed"], 0);
        assert_eq!(events(&app, "poles").await, [
            "m1 JOINED RULE_CHANGED", "m3 JOINED RULE_CHANGED", "m2 JOINED ASSIGNED",
            "m2 LEFT UNASSIGNED", "m3 LEFT UNASSIGNED", "m2 JOINED UNPINNED", "m3 JOINED UNPINNED",
        ]);
        assert_eq!(events(&app, "friends").await[2..], [
            "m2 JOINED SEGMENT_CHANGED", "m2 LEFT SEGMENT_CHANGED", "m3 LEFT SEGMENT_CHANGED",
            "m2 JOINED SEGMENT_CHANGED", "m3 JOINED SEGMENT_CHANGED",
        ]);
    }

    async fn pins_are_of_dynamic_segments_alone(app) {
        crate::calls::members(&app, &["m1"]).await;
        crate::calls::segment(&app, "list", &["m1"]).await;
        assert_eq!(mistakes(&hand(&app, "unpinMembers", "list", &["m1"]).await), ["NOT_ALLOWED input.segment"]);
        dynamic(&app, "all", json!({"everyone": true})).await;
        let off = "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { userErrors { code field message } } }";
        call(&app, off, json!({"segment": {"key": "all"}})).await;
        for name in ["assignMembers", "unassignMembers", "unpinMembers"] {
            assert_eq!(mistakes(&hand(&app, name, "all", &["m1"]).await), ["NOT_ALLOWED input.segment"], "{name}");
        }
        let long = json!({"segment": {"key": "list"}, "members": [], "note": "x".repeat(501)});
        assert_eq!(mistakes(&call(&app, ASSIGN, long).await), ["TOO_LONG input.note"]);
    }
}
