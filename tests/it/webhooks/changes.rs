//! What is told of a change: everything that was asked for, in its order, and nothing that did not happen.

use serde_json::{Value, json};
use tessera::global_id::GlobalId;
use tests::on_both;

use super::receiver::{Received, Receiver};
use super::{ALL, CREATE, MOVES, Sender, UPDATE, all_settled, endpoint, made, quick, rows, shown, sql, with_receivers};
use crate::calls::{RECORD, make, members, segment};
use crate::dynamic::{call, dynamic, evaluated};
use crate::segments::{ASSIGN, numbers, shop};

const UNASSIGN: &str =
    "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { changed userErrors { code } } }";
const EDIT: &str = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code } } }";
const ON: &str = "mutation($i: SegmentRefInput!) { activateSegment(input: $i) { userErrors { code } } }";
const OFF: &str = "mutation($i: SegmentRefInput!) { deactivateSegment(input: $i) { userErrors { code } } }";
const REMOVE: &str = "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { userErrors { code } } }";

/// What arrived as `segment: type members`.
fn told(received: &[Received]) -> Vec<String> {
    received
        .iter()
        .map(|one| format!("{}: {} {}", one.segment(), one.kind(), one.numbers().join(" ")).trim().to_owned())
        .collect()
}

async fn id_of(app: &tests::TestApp, key: &str) -> Value {
    app.graphql("query($k: String!) { segment(ref: {key: $k}) { id } }", json!({ "k": key })).await["segment"]["id"]
        .clone()
}

with_receivers! {
    async fn a_segments_life_is_told_in_its_order(app) {
        members(&app, &["m1", "m2", "m3"]).await;
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(&app, &receiver.url, &ALL).await;
        segment(&app, "vip", &["m1", "m2"]).await;
        let vip = json!({"key": "vip"});
        let segment_id = id_of(&app, "vip").await;
        call(&app, &ASSIGN.replace("$input", "$i"), json!({"segment": vip, "members": [{"number": "m2"}, {"number": "m3"}]})).await;
        call(&app, UNASSIGN, json!({"segment": vip, "members": [{"number": "m1"}]})).await;
        call(&app, EDIT, json!({"segment": vip, "name": "Gäste"})).await;
        // What changes nothing is not told.
        call(&app, EDIT, json!({"segment": vip, "name": "Gäste"})).await;
        call(&app, ON, json!({"segment": vip})).await;
        call(&app, UNASSIGN, json!({"segment": vip, "members": [{"number": "m1"}]})).await;
        call(&app, OFF, json!({"segment": vip})).await;
        call(&app, ON, json!({"segment": vip})).await;
        call(&app, REMOVE, json!({"segment": vip})).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        let received = receiver.received();
        assert_eq!(told(&received), [
            "vip: segment.created",
            "vip: segment.member_joined m1 m2",
            "vip: segment.member_joined m3",
            "vip: segment.member_left m1",
            "vip: segment.updated",
            "vip: segment.deactivated",
            "vip: segment.activated",
            "vip: segment.member_left m2 m3",
            "vip: segment.removed",
        ]);
        let member = |one: &Received, place: usize| one.body["data"]["members"][place].clone();
        for one in &received {
            assert_eq!(one.header("content-type"), "application/json");
            assert!(one.header("user-agent").starts_with("Tessera/"));
            assert_eq!(one.body["data"]["segment"]["id"], segment_id);
            assert!(one.body["timestamp"].as_str().is_some_and(|at| chrono::DateTime::parse_from_rfc3339(at).is_ok()));
            assert_eq!(one.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["data", "timestamp", "type"]);
        }
        assert_eq!(received[0].body["data"].as_object().unwrap().len(), 1, "members stand only where some came or went");
        assert_eq!((&received[0].body["data"]["segment"]["name"], &received[4].body["data"]["segment"]["name"]), (&json!("vip"), &json!("Gäste")));
        let first = member(&received[1], 0);
        let m1 = app.graphql("{ member(ref: {number: \"m1\"}) { id } }", json!({})).await["member"]["id"].clone();
        assert_eq!(first, json!({"id": m1, "number": "m1", "reason": "ASSIGNED", "at": received[1].body["timestamp"]}));
        assert_eq!(member(&received[3], 0)["reason"], "UNASSIGNED");
        assert_eq!(member(&received[7], 1)["reason"], "SEGMENT_REMOVED");

        let (endpoint, deliveries) = shown(&app, &id).await;
        assert_eq!(endpoint, json!({"active": true, "disabledReason": null}));
        assert_eq!(deliveries.len(), received.len());
        for (delivery, one) in deliveries.iter().zip(&received) {
            assert_eq!((&delivery["id"], &delivery["status"], &delivery["nextAttemptAt"]), (&json!(one.id()), &json!("DELIVERED"), &Value::Null));
            assert_eq!((&delivery["createdAt"], &delivery["endpoint"]["id"]), (&one.body["timestamp"], &json!(id)));
            let attempts = delivery["attempts"].as_array().unwrap();
            assert_eq!((attempts.len(), &attempts[0]["responseStatus"], &attempts[0]["error"]), (1, &json!(204), &Value::Null));
        }
        assert_eq!(rows(&app, "webhook_queue").await, 0, "every queue was given back");
        sender.stop().await;
    }

    async fn whatever_moves_members_is_told_with_its_reason(app) {
        shop(&app, 3).await;
        let receiver = Receiver::start().await;
        endpoint(&app, &receiver.url, &MOVES).await;
        let count = |least: i64| json!({"transactions": {"measure": "COUNT", "is": {"gte": least}}});
        dynamic(&app, "twice", count(2)).await;
        segment(&app, "friends", &["m3"]).await;
        let friends = json!({"segment": {"key": "friends"}});
        dynamic(&app, "friends-too", friends).await;
        // By data, by a file, by another segment, by another rule.
        make(&app, RECORD, json!([{"document": "x", "member": {"number": "m1"}, "amount": "1", "at": crate::calls::days(-1)}])).await;
        let file = app.folder().join("list.csv");
        std::fs::write(&file, "number\nm2\n").unwrap();
        let list = tessera::imports::Options { segment: Some("friends".to_owned()), ..crate::imports::options(tessera::imports::Kind::Segment, file, "") };
        crate::imports::import(&app, list).await;
        call(&app, EDIT, json!({"segment": {"key": "twice"}, "rule": count(1)})).await;
        evaluated(&app.app).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        let mut seen: Vec<String> = Vec::new();
        for one in receiver.received() {
            for member in one.body["data"]["members"].as_array().unwrap() {
                let text = |name: &str| member[name].as_str().unwrap().to_owned();
                seen.push(format!("{} {} {} {}", one.segment(), text("number"), one.kind(), text("reason")));
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [
            "friends m2 segment.member_joined IMPORTED",
            "friends m3 segment.member_joined ASSIGNED",
            "friends-too m2 segment.member_joined SEGMENT_CHANGED",
            "friends-too m3 segment.member_joined RULE_CHANGED",
            "twice m1 segment.member_joined DATA_CHANGED",
            "twice m2 segment.member_joined RULE_CHANGED",
            "twice m3 segment.member_joined RULE_CHANGED",
        ]);
        sender.stop().await;
    }

    async fn a_large_change_arrives_in_parts_of_500(app) {
        let file = app.folder().join("crowd.csv");
        let text: String = std::iter::once("number\n".to_owned()).chain((1..=1_201).map(|n| format!("m{n}\n"))).collect();
        std::fs::write(&file, text).unwrap();
        crate::imports::import(&app, crate::imports::options(tessera::imports::Kind::Members, file, "")).await;
        let receiver = Receiver::start().await;
        endpoint(&app, &receiver.url, &MOVES).await;
        segment(&app, "crowd", &[]).await;
        segment(&app, "other", &[]).await;
        let crowd = json!({"segment": {"key": "crowd"}, "members": numbers(1..=1_201)});
        call(&app, &ASSIGN.replace("$input", "$i"), crowd).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        let received = receiver.received();
        assert_eq!(received.iter().map(|one| one.numbers().len()).collect::<Vec<_>>(), [500, 500, 201]);
        let all: Vec<String> = received.iter().flat_map(Received::numbers).collect();
        assert_eq!(all, (1..=1_201).map(|n| format!("m{n}")).collect::<Vec<_>>());
        sender.stop().await;
    }

    async fn only_what_was_asked_for_is_told(app) {
        members(&app, &["m1"]).await;
        let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        for key in ["a", "b"] {
            segment(&app, key, &["m1"]).await;
        }
        endpoint(&app, &receivers[0].url, &["SEGMENT_REMOVED"]).await;
        let (one, _) = made(&call(&app, CREATE, json!({"url": receivers[1].url, "events": ALL, "segments": [{"key": "a"}, {"key": "a"}]})).await);
        let (off, _) = endpoint(&app, &receivers[2].url, &ALL).await;
        call(&app, UPDATE, json!({"id": off, "active": false})).await;
        for key in ["b", "a"] {
            call(&app, EDIT, json!({"segment": {"key": key}, "description": "x"})).await;
            call(&app, REMOVE, json!({"segment": {"key": key}})).await;
        }
        // The last of its segments is gone: that is not every segment.
        segment(&app, "c", &["m1"]).await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        let mut removed = told(&receivers[0].received());
        removed.sort_unstable();
        assert_eq!(removed, ["a: segment.removed", "b: segment.removed"]);
        assert_eq!(told(&receivers[1].received()), ["a: segment.updated", "a: segment.member_left m1", "a: segment.removed"]);
        assert_eq!(told(&receivers[2].received()), Vec::<String>::new());
        let text = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { segments { key } allSegments } } }";
        assert_eq!(app.graphql(text, json!({ "id": one })).await["node"], json!({"segments": [], "allSegments": false}));
        sender.stop().await;
    }

    async fn what_was_rolled_back_is_not_told(app) {
        members(&app, &["m1"]).await;
        let receiver = Receiver::start().await;
        endpoint(&app, &receiver.url, &ALL).await;
        segment(&app, "a", &["m1"]).await;
        let before = rows(&app, "webhook_delivery").await;
        // The second segment of the same call cannot be made: its members are not known.
        let refused = call(&app, &crate::segments::CREATE.replace("$input", "$i"), json!({"name": "b", "members": [{"number": "m1"}, {"number": "nobody"}]})).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND");
        let template = "mutation($i: TemplateInput!) { createSegmentsFromTemplate(input: $i) { segments { key } userErrors { code } } }";
        segment(&app, "dormant", &[]).await;
        let after = rows(&app, "webhook_delivery").await;
        assert_eq!(after, before + 1);
        // The fourth of four has a name that is taken: the three before it are not made either.
        let refused = call(&app, template, json!({"template": "POINTS_LEVELS"})).await;
        assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
        assert_eq!(rows(&app, "webhook_delivery").await, after);
    }

    async fn the_body_is_made_of_what_is_known_when_it_is_sent(app) {
        members(&app, &["m1", "m2"]).await;
        let receiver = Receiver::start().await;
        endpoint(&app, &receiver.url, &MOVES).await;
        segment(&app, "a", &["m1", "m2"]).await;
        // As after an erasure: the shell of a member.
        sql(&app, "UPDATE member SET number = 'erased-1', number_folded = 'erased-1' WHERE number = 'm1'").await;
        let sender = Sender::start(&app.app, quick());
        all_settled(&app).await;
        assert_eq!(told(&receiver.received()), ["a: segment.member_joined erased-1 m2"]);
        sender.stop().await;
    }
}

on_both! {
    async fn it_costs_next_to_nothing_where_nobody_listens(app) {
        members(&app, &["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"]).await;
        segment(&app, "a", &[]).await;
        let assign = async |numbers: Value| {
            let input = json!({"segment": {"key": "a"}, "members": numbers});
            let answer = app.send(Some(&app.token), ASSIGN, json!({ "input": input })).await;
            assert_eq!(answer.body["data"]["assignMembers"]["userErrors"], json!([]), "{}", answer.body);
            answer.statements()
        };
        let nobody = assign(numbers([1])).await;
        assert_eq!(assign(numbers([2, 3])).await, nobody, "however many come");
        // Somebody who does not want to know of it, and then twenty who do: one statement more for all of them.
        let listener = async |events: &[&str]| endpoint(&app, "https://8.8.8.8/hook", events).await;
        listener(&["SEGMENT_REMOVED"]).await;
        assert_eq!(assign(numbers([4])).await, nobody);
        listener(&MOVES).await;
        let one = assign(numbers([5])).await;
        let telling = usize::from(app.database == tests::Database::Postgres);
        assert_eq!(one, nobody + 1 + telling);
        for _ in 0..19 {
            listener(&MOVES).await;
        }
        assert_eq!(assign(numbers([6, 7, 8])).await, one);
        assert_eq!(rows(&app, "webhook_delivery").await, 21);
        // What was asked before there was anything to tell costs nothing at all.
        let text = "{ segment(ref: {key: \"a\"}) { memberCount } }";
        assert_eq!(app.send(Some(&app.token), text, json!({})).await.statements(), 1);
        assert!(GlobalId::read(id_of(&app, "a").await.as_str().unwrap()).is_some());
    }
}
