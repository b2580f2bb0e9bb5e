//! What is told: all of it, in order, once, also after a break and from another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use tests::{Database, TestApp, on_both, random, run};

use super::{Client, EVENTS, assign, logged};
use crate::lens::beside;
use crate::segments::{CREATE, numbers, shop};

const UPDATED: &str = "subscription($segment: SegmentRef) { segmentUpdated(segment: $segment) { key name description memberCount tags averageSpending { amount } } }";
const PROGRESS: &str = "subscription($id: ID!) { jobProgress(id: $id) { id kind status done total error finishedAt } }";

async fn create(app: &TestApp, name: &str) {
    let made = app.graphql(CREATE, json!({"input": {"name": name}})).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]), "{made}");
}

/// Expects that nothing more is told: the answer to a ping comes first.
async fn quiet(client: &mut Client) {
    tokio::time::sleep(Duration::from_millis(700)).await;
    client.say(&json!({"type": "ping"})).await;
    assert_eq!(client.next().await, json!({"type": "pong"}));
}

on_both! {
    async fn comings_and_goings_are_told_from_now_on(app) {
        shop(&app, 4).await;
        create(&app, "One").await;
        create(&app, "Two").await;
        assign(&app, "one", [1]).await;
        let mut client = Client::owner(&app).await;
        client.subscribe("all", EVENTS, json!({})).await;
        client.subscribe("two", EVENTS, json!({"segment": {"key": "two"}})).await;
        quiet(&mut client).await;
        assign(&app, "one", [2]).await;
        let event = client.data("all").await["membershipEvents"].clone();
        let node = &event["node"];
        assert_eq!((&node["kind"], &node["reason"], &node["segmentKey"]), (&json!("JOINED"), &json!("ASSIGNED"), &json!("one")));
        assert_eq!((&node["member"]["number"], &node["actor"]), (&json!("m2"), &json!(tests::OWNER)));
        assert_eq!(node["segment"], json!({"name": "One", "memberCount": 2}));
        assert_eq!(event["cursor"].as_str().unwrap(), logged(&app, "one").await[1]);
        assign(&app, "two", [3]).await;
        let mut told = [client.next().await, client.next().await];
        told.sort_by_key(|message| message["id"].as_str().unwrap().to_owned());
        for (message, id) in told.iter().zip(["all", "two"]) {
            assert_eq!((&message["id"], &message["payload"]["data"]["membershipEvents"]["node"]["member"]["number"]), (&json!(id), &json!("m3")));
        }
        client.complete("all").await;
        assign(&app, "one", [4]).await;
        quiet(&mut client).await;
    }

    async fn nothing_is_missed_over_breaks_while_members_are_assigned_all_the_time(app) {
        shop(&app, 400).await;
        create(&app, "One").await;
        create(&app, "Two").await;
        let done = Arc::new(AtomicBool::new(false));
        let working = {
            let (app, done, mut random) = (Arc::clone(&app), Arc::clone(&done), random("who is assigned when"));
            tokio::spawn(async move {
                for member in 1..=400 {
                    assign(&app, if random.random_bool(0.7) { "one" } else { "two" }, [member]).await;
                }
                let text = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { userErrors { code } } }";
                for key in ["one", "two"] {
                    app.graphql(text, json!({"input": {"segment": {"key": key}, "members": numbers(1..=400)}})).await;
                }
                done.store(true, Ordering::Relaxed);
            })
        };
        let mut random = random("when the socket breaks");
        let (mut seen, mut after, mut breaks) = (Vec::new(), None, 0);
        loop {
            let mut client = Client::owner(&app).await;
            let from_the_start = json!({"segment": {"key": "one"}, "after": after.clone().or_else(|| Some(start(&app)))});
            client.subscribe("1", EVENTS, from_the_start).await;
            for _ in 0..random.random_range(1..40) {
                let rest = if done.load(Ordering::Relaxed) { logged(&app, "one").await.len() } else { usize::MAX };
                if seen.len() == rest {
                    break;
                }
                let event = client.data("1").await["membershipEvents"].clone();
                let cursor = event["cursor"].as_str().unwrap().to_owned();
                after = Some(cursor.clone());
                seen.push(cursor);
            }
            breaks += 1;
            if done.load(Ordering::Relaxed) && seen.len() >= logged(&app, "one").await.len() {
                break;
            }
        }
        working.await.unwrap();
        assert_eq!(seen, logged(&app, "one").await);
        println!("{} events over {breaks} sockets", seen.len());
        assert!(breaks > 5 && seen.len() > 300);
    }

    async fn a_segment_is_told_of_when_it_changed(app) {
        shop(&app, 4).await;
        create(&app, "One").await;
        create(&app, "Two").await;
        let mut client = Client::owner(&app).await;
        client.subscribe("one", UPDATED, json!({"segment": {"key": "one"}})).await;
        quiet(&mut client).await;
        assign(&app, "one", [1, 2]).await;
        assert_eq!(client.data("one").await["segmentUpdated"]["memberCount"], 2);
        let edit = "mutation($input: UpdateSegmentInput!) { updateSegment(input: $input) { userErrors { code } } }";
        app.graphql(edit, json!({"input": {"segment": {"key": "one"}, "name": "First", "tags": ["a"]}})).await;
        let told = client.data("one").await["segmentUpdated"].clone();
        assert_eq!((&told["name"], &told["tags"]), (&json!("First"), &json!(["a"])));
        // Figures move with a member's data.
        let sale = json!({"document": "late", "member": {"number": "m1"}, "amount": "970.00", "at": crate::calls::days(-1)});
        crate::calls::make(&app, crate::calls::RECORD, json!([sale])).await;
        assert_eq!(client.data("one").await["segmentUpdated"]["averageSpending"], json!({"amount": "500.00"}));
        // Of many changes at once the last one counts.
        client.subscribe("any", UPDATED, json!({})).await;
        quiet(&mut client).await;
        for round in 0..20 {
            app.graphql(edit, json!({"input": {"segment": {"key": "two"}, "name": format!("Second {round}")}})).await;
        }
        let mut many = 0;
        loop {
            many += 1;
            if client.data("any").await["segmentUpdated"]["name"] == "Second 19" {
                break;
            }
        }
        println!("20 changes were told {many} times");
        assert!(many <= 20);
        quiet(&mut client).await;
        let remove = "mutation { removeSegment(input: {segment: {key: \"one\"}}) { userErrors { code } } }";
        app.graphql(remove, json!({})).await;
        assert_eq!(client.next().await, json!({"type": "complete", "id": "one"}));
        create(&app, "Three").await;
        assert_eq!(client.data("any").await["segmentUpdated"]["key"], "three");
    }

    async fn a_job_is_told_of_to_its_end(app) {
        shop(&app, 2).await;
        let update = "mutation { updateProgram(input: {timeZone: \"Asia/Tokyo\"}) { job { id } userErrors { code } } }";
        let id = app.graphql(update, json!({})).await["updateProgram"]["job"]["id"].clone();
        let mut client = Client::owner(&app).await;
        client.subscribe("1", PROGRESS, json!({"id": id})).await;
        let waits = client.data("1").await["jobProgress"].clone();
        assert_eq!((&waits["id"], &waits["status"], &waits["finishedAt"]), (&id, &json!("QUEUED"), &Value::Null));
        quiet(&mut client).await;
        let working = crate::jobs::Working::product(&app.app);
        let mut last = waits;
        while last["finishedAt"].is_null() {
            let next = client.data("1").await["jobProgress"].clone();
            assert_ne!(next, last);
            last = next;
        }
        assert_eq!((&last["status"], &last["done"], &last["total"]), (&json!("SUCCEEDED"), &json!(1), &json!(1)));
        assert_eq!(client.next().await, json!({"type": "complete", "id": "1"}));
        // Of one that is over, all is told at once.
        client.subscribe("1", PROGRESS, json!({"id": id})).await;
        assert_eq!(client.data("1").await["jobProgress"], last);
        assert_eq!(client.next().await, json!({"type": "complete", "id": "1"}));
        working.stop().await;
    }
}

/// A cursor before everything.
fn start(app: &TestApp) -> String {
    let zero = entity::membership_event::Model {
        id: entity::ids::MembershipEventId(0),
        segment_id: entity::ids::SegmentId(0),
        segment_key: String::new(),
        segment_name: String::new(),
        member_id: entity::ids::MemberId(0),
        kind: entity::kinds::MembershipEventKind::Joined,
        reason: entity::kinds::MembershipReason::Assigned,
        at: app.app.clock.real_millis(),
        actor: None,
    };
    tessera::segments::history::cursor(&zero).text()
}

#[test]
fn what_one_process_changes_is_told_by_the_other() {
    run(Database::Postgres, async |app| {
        shop(&app, 300).await;
        create(&app, "One").await;
        let other = beside(&app, false).await;
        let mut client = Client::owner(&other).await;
        client.subscribe("events", EVENTS, json!({"segment": {"key": "one"}})).await;
        quiet(&mut client).await;
        for round in 0..30 {
            let here = if round % 3 == 0 { &other } else { &*app };
            assign(here, "one", round * 10 + 1..=round * 10 + 10).await;
        }
        let mut seen = Vec::new();
        while seen.len() < 300 {
            seen.push(client.data("events").await["membershipEvents"]["cursor"].as_str().unwrap().to_owned());
        }
        assert_eq!(seen, logged(&app, "one").await);
        client.subscribe("segment", UPDATED, json!({"segment": {"key": "one"}})).await;
        quiet(&mut client).await;
        let edit =
            "mutation { updateSegment(input: {segment: {key: \"one\"}, name: \"Elsewhere\"}) { userErrors { code } } }";
        app.graphql(edit, json!({})).await;
        assert_eq!(client.data("segment").await["segmentUpdated"]["name"], "Elsewhere");
        other.stop().await;
    });
}
