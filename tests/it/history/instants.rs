//! The past by the instant, on a clock that runs: what each event made true, and not a millisecond earlier.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::compare::all_pages;
use crate::calls::shown;
use crate::segments::{ASSIGN, CREATE, numbers, shop};

const EVENTS: &str = "query($r: SegmentRef!, $m: MemberRef, $after: String) { segment(ref: $r) {
    events(first: 250, after: $after, member: $m) { nodes { id kind at member { number } } pageInfo { hasNextPage endCursor } } } }";

/// The events of a segment, oldest first.
pub async fn events(app: &TestApp, key: &str) -> Vec<Value> {
    let mut events = all_pages(app, EVENTS, json!({"r": {"key": key}}), "/segment/events").await;
    events.reverse();
    events
}

pub async fn members_at(app: &TestApp, key: &str, at: i64) -> BTreeSet<String> {
    let query = "query($r: SegmentRef!, $at: DateTime!, $after: String) { segment(ref: $r) {
        membersAt(at: $at, first: 250, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } } } }";
    let found = all_pages(app, query, json!({"r": {"key": key}, "at": shown(at)}), "/segment/membersAt").await;
    found.iter().map(|node| node["number"].as_str().unwrap().to_owned()).collect()
}

pub fn millis(event: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(event["at"].as_str().unwrap()).unwrap().timestamp_millis()
}

/// Who belongs after the events up to an instant.
pub fn fold(events: &[Value], at: i64) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for event in events.iter().filter(|event| millis(event) <= at) {
        let number = event["member"]["number"].as_str().unwrap().to_owned();
        let news = if event["kind"] == "JOINED" { members.insert(number) } else { members.remove(&number) };
        assert!(news, "{event} says what was so already");
    }
    members
}

on_both! {
    async fn an_event_holds_from_its_instant_on(app) {
        shop(&app, 6).await;
        app.graphql(CREATE, json!({"input": {"name": "s", "members": numbers([1, 2, 3])}})).await;
        let unassign = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed } }";
        for (call, who) in [(ASSIGN, vec![3, 4]), (unassign, vec![1, 2]), (ASSIGN, vec![1, 5]), (unassign, vec![1]), (ASSIGN, vec![1])] {
            app.graphql(call, json!({"input": {"segment": {"key": "s"}, "members": numbers(who)}})).await;
        }
        let events = events(&app, "s").await;
        assert_eq!(events.len(), 3 + 1 + 2 + 2 + 1 + 1);
        for event in &events {
            for at in [millis(event) - 1, millis(event)] {
                assert_eq!(members_at(&app, "s", at).await, fold(&events, at), "at {at}");
            }
        }
        assert!(members_at(&app, "s", millis(&events[0]) - 1).await.is_empty());
        let now = members_at(&app, "s", i64::from(u32::MAX) * 1_000).await;
        assert_eq!(now, ["m1", "m3", "m4", "m5"].map(str::to_owned).into());

        // Of one member, and by id.
        let of = all_pages(&app, EVENTS, json!({"r": {"key": "s"}, "m": {"number": "m1"}}), "/segment/events").await;
        assert_eq!(of.iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["JOINED", "LEFT", "JOINED", "LEFT", "JOINED"]);
        let node = app.graphql("query($id: ID!) { node(id: $id) { id ... on MembershipEvent { kind at segmentKey } } }", json!({"id": of[0]["id"]})).await;
        assert_eq!(node["node"], json!({"id": of[0]["id"], "kind": "JOINED", "at": of[0]["at"], "segmentKey": "s"}));
    }

    async fn what_cannot_be_asked_is_refused(app) {
        app.graphql(CREATE, json!({"input": {"name": "s"}})).await;
        for asked in [
            "changes(from: \"2026-01-02T00:00:00Z\", to: \"2026-01-01T00:00:00Z\") { joinerCount }",
            "history(from: \"2026-01-02\", to: \"2026-01-01\") { date }",
            "history(from: \"2000-01-01\", to: \"2026-01-01\", interval: DAY) { date }",
            "membersAt(at: \"2026-01-01T00:00:00Z\", first: 251) { totalCount }",
            "membersAt(at: \"2026-01-01T00:00:00Z\", after: \"x\") { totalCount }",
            "events(member: {number: \"nobody\"}) { nodes { id } }",
            "overlaps(with: [{key: \"none\"}]) { shared }",
        ] {
            let answer = app.send(Some(&app.token), &format!("{{ segment(ref: {{key: \"s\"}}) {{ {asked} }} }}"), Value::Null).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{asked}: {}", answer.body);
        }
        // Nothing happened yet.
        let empty = "{ segment(ref: {key: \"s\"}) { membersAt(at: \"2026-01-01T00:00:00Z\") { totalCount nodes { id } }
            changes(from: \"2026-01-01T00:00:00Z\", to: \"2026-01-02T00:00:00Z\") { joinerCount leaverCount }
            events { nodes { id } } history(from: \"2001-01-01\", to: \"2001-02-01\") { date } overlaps { shared } overlapsWithNobody: overlaps(with: []) { shared } } }";
        let found = app.graphql(empty, Value::Null).await;
        assert_eq!(found["segment"], json!({"membersAt": {"totalCount": 0, "nodes": []}, "changes": {"joinerCount": 0, "leaverCount": 0},
            "events": {"nodes": []}, "history": [], "overlaps": [], "overlapsWithNobody": []}));
    }

    async fn a_page_of_segments_reads_each_kind_once(app) {
        shop(&app, 4).await;
        for number in 0..12 {
            app.graphql(CREATE, json!({"input": {"name": format!("s{number}"), "members": numbers([1, 2 + number % 3])}})).await;
        }
        let page = async |first: usize| {
            let text = format!("{{ segments(first: {first}) {{ nodes {{
                membersAt(at: \"2030-01-01T00:00:00Z\", first: 2) {{ totalCount nodes {{ number }} }}
                changes(from: \"2020-01-01T00:00:00Z\", to: \"2030-01-01T00:00:00Z\") {{ joinerCount leaverCount joiners(first: 2) {{ nodes {{ number }} }} }}
                events(first: 2) {{ nodes {{ kind segment {{ key }} member {{ number }} }} }}
                history(from: \"2020-01-01\", to: \"2020-02-01\") {{ memberCount }} }} }} }}");
            app.send(Some(&app.token), &text, Value::Null).await
        };
        let (few, many) = (page(3).await, page(12).await);
        assert!(many.body.get("errors").is_none(), "{}", many.body);
        assert_eq!(many.body["data"]["segments"]["nodes"][11]["membersAt"]["totalCount"], 2);
        assert_eq!(many.statements(), few.statements(), "one statement a kind, however many segments");
        assert!(many.statements() <= 12, "{}", many.statements());
    }
}
