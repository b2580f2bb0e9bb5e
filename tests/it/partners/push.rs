//! What pushes do, once each.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use tessera::config::Settings;
use tests::{Database, TestApp, on_both, run_with};

use super::{REGISTER, SCOPES, counts, errors, named, partner, problems};
use crate::calls::{RECORD, UPSERT, days, figures, from_now, make, members};
use crate::dynamic::{belonging, dynamic, events, of_segment};

on_both! {
    async fn members_come_and_go_as_the_partner_says(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b", "c"]).await;
        make(&app, RECORD, json!([{"document": "1", "member": {"number": "a"}, "amount": "10", "at": days(-1)}])).await;
        one.segment(&app, "vip").await;
        assert_eq!(one.moves(&app, "vip", "1", &["a", "b", "a"], &["c"]).await, [2, 0, 1, 0]);
        assert_eq!(one.moves(&app, "vip", "2", &["c"], &["a"]).await, [1, 1, 0, 0]);
        assert_eq!(one.moves(&app, "vip", "3", &["c"], &["a"]).await, [0, 0, 2, 0]);
        assert_eq!(one.moves(&app, "vip", "4", &["a"], &[]).await, [1, 0, 0, 0]);
        assert_eq!(belonging(&app, "crm/vip").await, ["a", "b", "c"]);
        assert_eq!(figures(&app, "crm/vip").await["averageTransactionValue"], "10.00");
        let seen = events(&app, "crm/vip").await;
        assert_eq!(seen.len(), 5, "{seen:?}");
        assert!(seen.iter().all(|event| event.ends_with("PARTNER_PUSH")), "{seen:?}");
        let by = app.graphql("{ segment(ref: {key: \"crm/vip\"}) { events(first: 1) { nodes { actor } } members { edges { via } } } }", json!({})).await;
        assert_eq!(by["segment"]["events"]["nodes"][0]["actor"], "partner crm");
        assert_eq!(by["segment"]["members"]["edges"][0]["via"], "PARTNER");
        // Nobody else moves them.
        let call = "mutation { assignMembers(input: {segment: {key: \"crm/vip\"}, members: [{number: \"a\"}]}) { userErrors { code field } } }";
        assert_eq!(errors(&app.graphql(call, json!({})).await["assignMembers"]), ["input.segment NOT_ALLOWED"]);
    }

    async fn whoever_is_left_out_is_named(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        make(&app, UPSERT, json!([{"number": "a"}, {"number": "b"}, {"number": "x", "email": "t@example.org"}, {"number": "y", "email": "T@example.org"}])).await;
        one.segment(&app, "s").await;
        let long = "n".repeat(101);
        let join = json!([{"number": "a"}, {"number": "b"}, {"email": "t@Example.org"}, {"number": " "}, {"id": "junk"}, {"number": long}, {"number": "new"}, {"number": "both"}]);
        let leave = json!([{"number": "b"}, {"number": "nobody"}, {"number": "both"}]);
        let payload = one.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": "k", "join": join, "leave": leave})).await;
        assert_eq!(counts(&payload["receipt"]), [1, 0, 0, 1], "{payload}");
        let mut found = problems(&payload["receipt"]["problems"]);
        found.sort();
        assert_eq!(found, ["join.2 AMBIGUOUS", "join.3 MALFORMED", "join.4 UNKNOWN_MEMBER", "join.5 MALFORMED",
            "leave.0 IN_BOTH_LISTS", "leave.1 UNKNOWN_MEMBER", "leave.2 IN_BOTH_LISTS"]);
        assert_eq!(payload["receipt"]["problemCount"], 7);
        assert_eq!(belonging(&app, "crm/s").await, ["a"]);
    }

    async fn what_was_said_later_stands(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b"]).await;
        one.segment(&app, "s").await;
        let push = async |key: &str, at: i64, join: &[&str], leave: &[&str]| {
            let input = json!({"segment": {"key": "s"}, "idempotencyKey": key, "emittedAt": days(at), "join": named(join), "leave": named(leave)});
            let payload = one.push(&app, input).await;
            (counts(&payload["receipt"]), problems(&payload["receipt"]["problems"]))
        };
        assert_eq!(push("1", -2, &["a"], &["later"]).await, ([1, 0, 0, 0], vec!["leave.0 UNKNOWN_MEMBER".to_owned()]));
        assert_eq!(push("2", -3, &["b"], &["a"]).await, ([1, 0, 0, 0], vec!["leave.0 STALE".to_owned()]));
        // The same instant is not older. And of somebody who is not known yet the same holds.
        assert_eq!(push("3", -2, &[], &["a"]).await, ([0, 1, 0, 0], vec![]));
        assert_eq!(push("4", -3, &["later"], &[]).await, ([0, 0, 0, 0], vec!["join.0 STALE".to_owned()]));
        assert_eq!(push("5", -1, &["later"], &[]).await, ([0, 0, 0, 1], vec![]));
        members(&app, &["later"]).await;
        assert_eq!(belonging(&app, "crm/s").await, ["b", "later"]);
        let ahead = json!({"segment": {"key": "s"}, "idempotencyKey": "6", "emittedAt": from_now(chrono::TimeDelta::minutes(6))});
        assert_eq!(errors(&one.push(&app, ahead).await), ["input.emittedAt INVALID"]);
    }

    async fn who_is_not_known_yet_comes_in_the_moment_they_are(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        one.segment(&app, "s").await;
        dynamic(&app, "of-s", of_segment("crm/s")).await;
        let join = json!([{"number": "a"}, {"number": "b"}, {"email": "C@example.org"}, {"email": "twice@example.org"}, {"number": "gone"}]);
        let payload = one.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": "1", "join": join})).await;
        assert_eq!(counts(&payload["receipt"]), [0, 0, 0, 5], "{payload}");
        assert_eq!(one.moves(&app, "s", "2", &[], &["gone"]).await, [0, 0, 1, 0]);
        // By a call of one's own, by a sale, and by an e-mail that somebody gets.
        make(&app, UPSERT, json!([{"number": "a"}, {"number": "gone"}, {"number": "c"}])).await;
        assert_eq!(belonging(&app, "crm/s").await, ["a"]);
        make(&app, UPSERT, json!([{"number": "b"}])).await;
        let changed = app.graphql(UPSERT, json!({"t": [{"number": "c", "email": "c@Example.org"}, {"number": "t1", "email": "twice@example.org"}, {"number": "t2", "email": "twice@example.org"}]})).await;
        assert_eq!(changed["upsertMembers"]["problems"], json!([]));
        assert_eq!(belonging(&app, "crm/s").await, ["a", "b", "c"]);
        // The segment whose rule names it follows at once.
        assert_eq!(belonging(&app, "of-s").await, ["a", "b", "c"]);
        assert_eq!(figures(&app, "crm/s").await["memberCount"], 3);
        make(&app, RECORD, json!([{"document": "1", "member": {"number": "a"}, "amount": "10", "at": days(-1)}])).await;
        assert_eq!(figures(&app, "crm/s").await["averageTransactionValue"], "10.00");
    }

    async fn the_same_key_does_the_work_once(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b"]).await;
        one.segment(&app, "s").await;
        let input = |join: &[&str]| json!({"segment": {"key": "s"}, "idempotencyKey": "k", "join": named(join)});
        let calls = (0..8).map(|_| {
            let (app, one, input) = (Arc::clone(&app), one.clone(), input(&["a", "b", "new"]));
            tokio::spawn(async move { one.push(&app, input).await })
        });
        let answers: Vec<Value> = join_all(calls).await.into_iter().map(|answer| answer.unwrap()).collect();
        let fresh: Vec<&Value> = answers.iter().filter(|answer| answer["receipt"]["replayed"] == false).collect();
        assert_eq!(fresh.len(), 1, "{answers:?}");
        for answer in &answers {
            assert_eq!(counts(&answer["receipt"]), [2, 0, 0, 1]);
            assert_eq!(answer["receipt"]["id"], answers[0]["receipt"]["id"]);
        }
        assert_eq!(events(&app, "crm/s").await.len(), 2);
        assert_eq!(errors(&one.push(&app, input(&["a"])).await), ["input.idempotencyKey IDEMPOTENCY_MISMATCH"]);
        // Another partner's keys are its own.
        let other = partner(&app, "pos", &SCOPES).await;
        other.segment(&app, "s").await;
        let done = other.push(&app, input(&["a"])).await;
        assert_eq!((counts(&done["receipt"]), &done["receipt"]["replayed"]), ([1, 0, 0, 0], &json!(false)));
        // And it still answers when the segment is gone.
        app.graphql("mutation { removeSegment(input: {segment: {key: \"crm/s\"}}) { userErrors { code } } }", json!({})).await;
        let gone = one.push(&app, input(&["a", "b", "new"])).await;
        assert_eq!((&gone["receipt"]["replayed"], &gone["receipt"]["segment"]), (&json!(true), &Value::Null));
    }

    async fn a_refused_call_is_judged_anew(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a"]).await;
        let input = json!({"segment": {"key": "s"}, "idempotencyKey": "k", "join": named(&["a"])});
        assert_eq!(errors(&one.push(&app, input.clone()).await), ["input.segment NOT_FOUND"]);
        one.segment(&app, "s").await;
        let switch = |to: &str| format!("mutation {{ {to}Segment(input: {{segment: {{key: \"crm/s\"}}}}) {{ userErrors {{ code }} }} }}");
        app.graphql(&switch("deactivate"), json!({})).await;
        assert_eq!(errors(&one.push(&app, input.clone()).await), ["input.segment NOT_ALLOWED"]);
        app.graphql(&switch("activate"), json!({})).await;
        assert_eq!(counts(&one.push(&app, input).await["receipt"]), [1, 0, 0, 0]);
        for (change, expected) in [
            (json!({"idempotencyKey": " "}), "input.idempotencyKey BLANK"),
            (json!({"idempotencyKey": "k".repeat(129)}), "input.idempotencyKey TOO_LONG"),
        ] {
            let mut input = json!({"segment": {"key": "s"}, "idempotencyKey": "k2"});
            input["idempotencyKey"] = change["idempotencyKey"].clone();
            assert_eq!(errors(&one.push(&app, input).await), [expected]);
        }
        let many: Value = (0..50_001).map(|number| json!({"number": number.to_string()})).collect();
        assert_eq!(errors(&one.push(&app, json!({"segment": {"key": "s"}, "idempotencyKey": "k3", "join": many})).await), ["input.join TOO_MANY"]);
    }

    async fn registering_again_changes_what_is_different(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        let first = json!({"key": "s", "name": "Ours", "description": "d", "externalUrl": "https://crm.example.org/s", "expiresAfterDays": 30});
        let made = one.register(&app, first.clone()).await["segment"].clone();
        assert_eq!((&made["key"], &made["kind"], &made["version"], &made["expiresAfterDays"]), (&json!("s"), &json!("EXTERNAL"), &json!(1), &json!(30)));
        assert_eq!(one.register(&app, first).await["segment"], made);
        let changed = one.register(&app, json!({"key": "s", "name": "Theirs"})).await["segment"].clone();
        assert_eq!((&changed["id"], &changed["version"], &changed["externalUrl"]), (&made["id"], &json!(2), &Value::Null));
        // Names are unique among one owner's.
        assert_eq!(errors(&one.register(&app, json!({"key": "t", "name": "THEIRS"})).await), ["input.name TAKEN"]);
        let other = partner(&app, "pos", &SCOPES).await;
        assert_eq!(errors(&other.register(&app, json!({"key": "s", "name": "theirs"})).await), [] as [&str; 0]);
        let ours = app.graphql(crate::segments::CREATE, json!({"input": {"name": "Theirs"}})).await;
        assert_eq!(ours["createSegment"]["userErrors"], json!([]));
        for (change, expected) in [
            (json!({"key": "A"}), "input.key INVALID"), (json!({"key": "pos/s"}), "input.key INVALID"), (json!({"name": ""}), "input.name BLANK"),
            (json!({"externalUrl": "/path"}), "input.externalUrl INVALID"), (json!({"externalUrl": "ftp://x/y"}), "input.externalUrl INVALID"),
            (json!({"expiresAfterDays": 0}), "input.expiresAfterDays INVALID"), (json!({"expiresAfterDays": 3_651}), "input.expiresAfterDays INVALID"),
        ] {
            let input = crate::documents::with(&json!({"key": "u", "name": "U"}), &change);
            assert_eq!(errors(&one.register(&app, input).await), [expected], "{change}");
        }
        let calls = (0..8).map(|_| {
            let (app, one) = (Arc::clone(&app), one.clone());
            tokio::spawn(async move { one.call(&app, REGISTER, json!({"input": {"key": "at-once", "name": "At once"}})).await })
        });
        let ids: std::collections::HashSet<String> = join_all(calls).await.into_iter().map(|made| made.unwrap()["segment"]["id"].to_string()).collect();
        assert_eq!(ids.len(), 1);
    }
}

/// Two servers over one database do the work of a key once between them.
#[test]
fn two_processes_share_their_keys() {
    let signed = |settings: &mut Settings| {
        settings.token_secret = Some("two servers that share one database and one key".into())
    };
    run_with(Database::Postgres, signed, async |app| {
        let folder = tempfile::Builder::new().prefix("tessera-test-").tempdir().unwrap();
        let other = Arc::new(TestApp::open(app.database, app.url.clone(), folder, signed).await);
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b"]).await;
        one.segment(&app, "s").await;
        for round in 0..10 {
            let (join, leave) =
                if round % 2 == 0 { (vec!["a", "b", "new"], vec![]) } else { (vec![], vec!["a", "b", "new"]) };
            let input = json!({"segment": {"key": "s"}, "idempotencyKey": round.to_string(), "join": named(&join), "leave": named(&leave)});
            let calls = (0..8).map(|place| {
                let app = Arc::clone(if place % 2 == 0 { &app } else { &other });
                let (one, input) = (one.clone(), input.clone());
                tokio::spawn(async move { one.push(&app, input).await })
            });
            let answers: Vec<Value> = join_all(calls).await.into_iter().map(|answer| answer.unwrap()).collect();
            let fresh = answers.iter().filter(|answer| answer["receipt"]["replayed"] == false).count();
            assert_eq!(fresh, 1, "{answers:?}");
            assert!(answers.iter().all(|answer| answer["receipt"]["id"] == answers[0]["receipt"]["id"]), "{answers:?}");
            assert_eq!(events(&app, "crm/s").await.len(), (round + 1) * 2);
        }
        Arc::into_inner(other).unwrap().stop().await;
    });
}
