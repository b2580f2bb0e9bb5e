//! Full lists replace a membership in one instant.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{Partner, SCOPES, errors, named, partner, problems};
use crate::calls::{days, members};
use crate::dynamic::{belonging, dynamic, events, of_segment};

/// A call with the fields of its payload.
macro_rules! call {
    ($input:literal, $field:literal) => {
        concat!(
            "mutation($input: ",
            $input,
            "!) { ",
            $field,
            "(input: $input) { sync { id received committedAt abortedAt joined left pending }
            problems { path member code } userErrors { code field } } }"
        )
    };
}

pub const BEGIN: &str = call!("BeginSegmentSyncInput", "beginSegmentSync");
pub const APPEND: &str = call!("AppendSegmentSyncInput", "appendSegmentSync");
pub const COMMIT: &str = call!("CommitSegmentSyncInput", "commitSegmentSync");
pub const ABORT: &str = call!("AbortSegmentSyncInput", "abortSegmentSync");

/// Begins a list of the segment "s" and answers its id.
pub async fn begin(app: &TestApp, one: &Partner, input: Value) -> String {
    let payload = one.call(app, BEGIN, json!({ "input": input })).await;
    assert_eq!(errors(&payload), [] as [&str; 0]);
    payload["sync"]["id"].as_str().unwrap().to_owned()
}

pub async fn append(app: &TestApp, one: &Partner, sync: &str, part: i64, numbers: &[&str]) -> Value {
    one.call(app, APPEND, json!({"input": {"sync": sync, "part": part, "members": named(numbers)}})).await
}

pub async fn commit(app: &TestApp, one: &Partner, sync: &str, expected: Option<i64>) -> Value {
    one.call(app, COMMIT, json!({"input": {"sync": sync, "expectedCount": expected}})).await
}

fn outcome(payload: &Value) -> [i64; 3] {
    ["joined", "left", "pending"].map(|name| payload["sync"][name].as_i64().unwrap_or_else(|| panic!("{payload}")))
}

on_both! {
    async fn a_list_is_the_membership_after_its_commit(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b", "c", "d"]).await;
        one.segment(&app, "s").await;
        dynamic(&app, "of-s", of_segment("crm/s")).await;
        one.moves(&app, "s", "1", &["a", "b", "waits"], &[]).await;
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        // In any order, each as often as one likes.
        for (part, numbers, received) in [(1, vec!["c", "new"], 2), (0, vec!["b", "c", "b"], 3), (1, vec!["c", "new"], 3)] {
            let payload = append(&app, &one, &sync, part, &numbers).await;
            assert_eq!((errors(&payload), &payload["sync"]["received"]), (vec![], &json!(received)), "{part}");
        }
        assert_eq!(errors(&append(&app, &one, &sync, 1, &["d"]).await), ["input.part IDEMPOTENCY_MISMATCH"]);
        assert_eq!(belonging(&app, "crm/s").await, ["a", "b"]);
        assert_eq!(errors(&commit(&app, &one, &sync, Some(4)).await), ["input.expectedCount GUARD_EXCEEDED"]);
        let done = commit(&app, &one, &sync, Some(3)).await;
        assert_eq!(outcome(&done), [1, 1, 1], "{done}");
        assert_eq!(commit(&app, &one, &sync, None).await, done);
        assert_eq!((belonging(&app, "crm/s").await, belonging(&app, "of-s").await), (vec!["b".to_owned(), "c".to_owned()], vec!["b".to_owned(), "c".to_owned()]));
        let seen = events(&app, "crm/s").await;
        assert_eq!(seen.iter().filter(|event| event.ends_with("PARTNER_SYNC")).count(), 2, "{seen:?}");
        // Who was waited for and is not in the list is not waited for any more.
        members(&app, &["new", "waits"]).await;
        assert_eq!(belonging(&app, "crm/s").await, ["b", "c", "new"]);
        // The part of a closed list still answers; another one is refused.
        assert_eq!(errors(&append(&app, &one, &sync, 1, &["c", "new"]).await), [] as [&str; 0]);
        assert_eq!(errors(&append(&app, &one, &sync, 2, &["d"]).await), ["input.sync NOT_ALLOWED"]);
        assert_eq!(errors(&one.call(&app, ABORT, json!({"input": {"sync": sync}})).await), ["input.sync NOT_ALLOWED"]);
    }

    async fn a_list_speaks_for_the_instant_of_its_begin(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b", "c"]).await;
        one.segment(&app, "s").await;
        one.moves(&app, "s", "1", &["a", "b"], &[]).await;
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        append(&app, &one, &sync, 0, &["a", "b"]).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        // Newer than the list: they stand.
        one.moves(&app, "s", "2", &["c", "d"], &["a"]).await;
        assert_eq!(outcome(&commit(&app, &one, &sync, None).await), [0, 0, 0]);
        assert_eq!(belonging(&app, "crm/s").await, ["b", "c"]);
        members(&app, &["d"]).await;
        assert_eq!(belonging(&app, "crm/s").await, ["b", "c", "d"]);
        // Older than the list: too late, also for whom it does not name.
        let late = json!({"segment": {"key": "s"}, "idempotencyKey": "3", "emittedAt": days(-1), "join": named(&["e", "a"]), "leave": named(&["b"])});
        let payload = one.push(&app, late).await;
        assert_eq!(problems(&payload["receipt"]["problems"]), ["join.1 STALE", "leave.0 STALE", "join.0 STALE"], "{payload}");
    }

    async fn guards_and_aborts_leave_everything_as_it_was(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        members(&app, &["a", "b", "c", "d"]).await;
        one.segment(&app, "s").await;
        one.moves(&app, "s", "1", &["a", "b", "c", "d"], &[]).await;
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}, "maxLeavePercent": "25"})).await;
        append(&app, &one, &sync, 0, &["a", "b"]).await;
        assert_eq!(errors(&commit(&app, &one, &sync, None).await), ["input.sync GUARD_EXCEEDED"]);
        assert_eq!(belonging(&app, "crm/s").await.len(), 4);
        // It is still open, and the second one's refusal names it.
        let second = one.call(&app, BEGIN, json!({"input": {"segment": {"key": "s"}}})).await;
        assert_eq!((errors(&second), second["sync"]["id"].as_str()), (vec!["input.segment NOT_ALLOWED".to_owned()], Some(sync.as_str())));
        append(&app, &one, &sync, 1, &["c"]).await;
        assert_eq!(outcome(&commit(&app, &one, &sync, None).await), [0, 1, 0]);
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        append(&app, &one, &sync, 0, &["a"]).await;
        let aborted = one.call(&app, ABORT, json!({"input": {"sync": sync}})).await;
        assert!(aborted["sync"]["abortedAt"].is_string() && aborted["sync"]["joined"].is_null(), "{aborted}");
        assert_eq!(one.call(&app, ABORT, json!({"input": {"sync": sync}})).await, aborted);
        assert_eq!(errors(&commit(&app, &one, &sync, None).await), ["input.sync NOT_ALLOWED"]);
        assert_eq!(belonging(&app, "crm/s").await, ["a", "b", "c"]);
        for (input, expected) in [(json!({"maxLeavePercent": "101"}), "input.maxLeavePercent INVALID"), (json!({"maxLeavePercent": "-1"}), "input.maxLeavePercent INVALID")] {
            let input = crate::documents::with(&json!({"segment": {"key": "s"}}), &input);
            assert_eq!(errors(&one.call(&app, BEGIN, json!({ "input": input })).await), [expected]);
        }
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        let part = json!({"sync": sync, "part": -1, "members": []});
        assert_eq!(errors(&one.call(&app, APPEND, json!({ "input": part })).await), ["input.part INVALID"]);
        // An empty list empties.
        assert_eq!(outcome(&commit(&app, &one, &sync, Some(0)).await), [0, 3, 0]);
    }

    async fn many_at_once_end_as_one_after_the_other(app) {
        let one = partner(&app, "crm", &SCOPES).await;
        let numbers: Vec<String> = (0..60).map(|number| format!("m{number}")).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        members(&app, &numbers[..40]).await;
        one.segment(&app, "s").await;
        let sync = begin(&app, &one, json!({"segment": {"key": "s"}})).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        let parts = (0..6).map(|part| {
            let (app, one, sync) = (Arc::clone(&app), one.clone(), sync.clone());
            let part_of: Vec<String> = numbers[part * 10..part * 10 + 10].iter().map(|number| (*number).to_owned()).collect();
            tokio::spawn(async move {
                let part_of: Vec<&str> = part_of.iter().map(String::as_str).collect();
                append(&app, &one, &sync, part as i64, &part_of).await
            })
        });
        join_all(parts).await.into_iter().for_each(|part| assert_eq!(errors(&part.unwrap()), [] as [&str; 0]));
        // Commits, pushes and newcomers at once.
        let commits = (0..3).map(|_| {
            let (app, one, sync) = (Arc::clone(&app), one.clone(), sync.clone());
            tokio::spawn(async move { commit(&app, &one, &sync, Some(60)).await })
        });
        let pushes = (0..3).map(|place| {
            let (app, one) = (Arc::clone(&app), one.clone());
            tokio::spawn(async move { one.moves(&app, "s", &format!("p{place}"), &[], &["m0"]).await })
        });
        let newcomers = (40..60).map(|number| {
            let app = Arc::clone(&app);
            tokio::spawn(async move { members(&app, &[&format!("m{number}")]).await })
        });
        let (commits, _, newcomers) = tokio::join!(join_all(commits), join_all(pushes), join_all(newcomers));
        let commits: Vec<Value> = commits.into_iter().map(|commit| commit.unwrap()).collect();
        assert!(commits.windows(2).all(|pair| pair[0] == pair[1]), "{commits:?}");
        newcomers.into_iter().for_each(|one| one.unwrap());
        assert_eq!(belonging(&app, "crm/s").await.len(), 59, "all but the one who left");
    }
}
