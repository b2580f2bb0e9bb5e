//! Segments that name each other: circles, what is in use, keys that change.

use serde_json::json;
use tests::{Database, TestApp, on_both};

use super::{CREATE, belonging, call, change_rule, country, create, dynamic, evaluated, events, mistakes, of_segment};
use crate::calls::{UPSERT, members, segment, send};

const REMOVE: &str = "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { removedSegmentId
    dependents { ... on Segment { key } } userErrors { code field message } } }";
const OFF: &str = "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { segment { active }
    dependents { ... on Segment { key } } userErrors { code field message } } }";

on_both! {
    async fn circles_are_refused_with_the_way_round(app) {
        dynamic(&app, "a", json!({"everyone": true})).await;
        dynamic(&app, "b", of_segment("a")).await;
        dynamic(&app, "c", json!({"not": {"any": [of_segment("b"), country("PL")]}})).await;
        let payload = change_rule(&app, "a", json!({"all": [country("PL"), of_segment("c")]})).await;
        assert_eq!(mistakes(&payload), ["CYCLE input.rule.all.1.segment"]);
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("a → c → b → a"), "{message}");
        assert_eq!(mistakes(&change_rule(&app, "a", of_segment("a")).await), ["CYCLE input.rule.segment"]);
    }

    async fn what_rules_name_is_in_use(app) {
        members(&app, &["m1"]).await;
        segment(&app, "list", &["m1"]).await;
        dynamic(&app, "zeta", of_segment("list")).await;
        dynamic(&app, "alpha", json!({"not": of_segment("list")})).await;
        for (query, path) in [(REMOVE, "input.segment"), (OFF, "input.segment")] {
            let payload = call(&app, query, json!({"segment": {"key": "list"}})).await;
            assert_eq!(mistakes(&payload), [format!("IN_USE {path}")]);
            assert_eq!(payload["dependents"], json!([{"key": "alpha"}, {"key": "zeta"}]));
        }
        let query = "{ segment(ref: {key: \"list\"}) { dependents { id ... on Segment { key } } } }";
        let data = app.graphql(query, json!({})).await;
        assert_eq!(data["segment"]["dependents"][1]["key"], "zeta");
        // The old rule decides until the new one has landed, and what it names stays in use so long.
        change_rule(&app, "zeta", country("PL")).await;
        call(&app, REMOVE, json!({"segment": {"key": "alpha"}})).await;
        assert_eq!(mistakes(&call(&app, REMOVE, json!({"segment": {"key": "list"}})).await), ["IN_USE input.segment"]);
        evaluated(&app.app).await;
        assert_eq!(mistakes(&call(&app, REMOVE, json!({"segment": {"key": "list"}})).await), Vec::<String>::new());
    }

    async fn an_inactive_segment_cannot_be_newly_named(app) {
        members(&app, &["m1"]).await;
        segment(&app, "list", &["m1"]).await;
        call(&app, OFF, json!({"segment": {"key": "list"}})).await;
        let payload = call(&app, CREATE, json!({"name": "new", "rule": of_segment("list")})).await;
        assert_eq!(mistakes(&payload), ["NOT_ALLOWED input.rule.segment"]);
    }

    async fn a_list_that_is_named_moves_those_who_name_it(app) {
        send(&app, UPSERT, json!([{"number": "m1", "country": "PL"}, {"number": "m2", "country": "DE"}])).await;
        segment(&app, "list", &["m1"]).await;
        dynamic(&app, "rest", json!({"all": [{"not": of_segment("list")}, {"not": country("FR")}]})).await;
        assert_eq!(belonging(&app, "rest").await, ["m2"]);
        let assign = "mutation($i: AssignMembersInput!) { assignMembers(input: $i) { changed userErrors { code field message } } }";
        call(&app, assign, json!({"segment": {"key": "list"}, "members": [{"number": "m2"}]})).await;
        assert!(belonging(&app, "rest").await.is_empty());
        call(&app, &assign.replace("assignMembers(", "unassignMembers("), json!({"segment": {"key": "list"},
            "members": [{"number": "m1"}, {"number": "m2"}]})).await;
        assert_eq!(belonging(&app, "rest").await, ["m1", "m2"]);
        assert_eq!(events(&app, "rest").await[1..], [
            "m2 LEFT SEGMENT_CHANGED", "m1 JOINED SEGMENT_CHANGED", "m2 JOINED SEGMENT_CHANGED",
        ]);
    }
}

/// Each edit alone is right; together they would be a circle: one of them is refused.
#[test]
fn of_two_edits_that_race_for_a_circle_one_is_refused() {
    tests::run(Database::Postgres, async |app| {
        for round in 0..8 {
            let [one, other] = ["x", "y"].map(|name| format!("{name}{round}"));
            create(&app, &one, json!({"everyone": true})).await;
            create(&app, &other, json!({"everyone": true})).await;
            let edit =
                async |app: &TestApp, key: &str, names: &str| mistakes(&change_rule(app, key, of_segment(names)).await);
            let (first, second) = tokio::join!(edit(&app, &one, &other), edit(&app, &other, &one));
            let refused: Vec<String> = first.into_iter().chain(second).collect();
            assert_eq!(refused, ["CYCLE input.rule.segment"], "round {round}");
        }
        evaluated(&app.app).await;
    });
}
