//! The ways in which a job ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::Deserialize;
use serde_json::{Value, json};
use tessera::jobs::Setback;
use tessera::worker::{Handlers, Pace};
use tests::on_both;
use tokio::sync::Notify;

use super::{KIND, Working, cancel, has, queue, quick, row, shown, text, until};

#[derive(Deserialize)]
struct Arguments {
    answer: String,
}

/// A handler that answers what the job's arguments say.
fn obedient(runs: &Arc<AtomicI64>) -> Handlers {
    let runs = Arc::clone(runs);
    Handlers::default().with(KIND, move |_, held| {
        let runs = Arc::clone(&runs);
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            let Arguments { answer } = held.arguments()?;
            match answer.as_str() {
                "done" => held.step(3, Some(3)).await,
                "second" if held.attempt == 2 => Ok(()),
                "second" | "retry" => Err(Setback::Retry(format!("Attempt {} found the shop closed.", held.attempt))),
                "stopped" => Err(Setback::Stopped),
                "fail" => Err(Setback::Fail("There is no such shop.".to_owned())),
                _ => panic!("planted"),
            }
        }
    })
}

on_both! {
    async fn done_retried_failed(app) {
        let runs = Arc::new(AtomicI64::new(0));
        let worker = Working::start(&app.app, obedient(&runs), quick());
        let ran = async |answer: &str, status: &str| {
            let before = runs.load(Ordering::SeqCst);
            let id = queue(&app, json!({ "answer": answer })).await;
            has(&app, id, status).await;
            let shown = shown(&app, id).await;
            assert!(shown["startedAt"].is_string() && shown["finishedAt"].is_string(), "{shown}");
            let row = row(&app, id).await;
            assert_eq!((row.attempts, row.lease_until, row.actor.as_str()), (runs.load(Ordering::SeqCst) - before, None, "a test"));
            (row.attempts, shown["error"].clone(), [shown["done"].clone(), shown["total"].clone()])
        };
        let nothing = [json!(0), Value::Null];
        assert_eq!(ran("done", "SUCCEEDED").await, (1, Value::Null, [json!(3), json!(3)]));
        assert_eq!(ran("second", "SUCCEEDED").await, (2, Value::Null, nothing.clone()), "the error of the first try is gone");
        assert_eq!(ran("retry", "FAILED").await, (5, json!("Attempt 5 found the shop closed."), nothing.clone()));
        assert_eq!(ran("fail", "FAILED").await, (1, json!("There is no such shop."), nothing.clone()));
        assert_eq!(ran("stopped", "FAILED").await, (5, json!("It was broken off."), nothing.clone()), "though nobody asked for it");
        let (attempts, error, _) = ran("panic", "FAILED").await;
        assert_eq!((attempts, error), (5, json!("Something went wrong on our side; it was noted in the log.")));
        let id = queue(&app, json!("nothing that can be read")).await;
        has(&app, id, "FAILED").await;
        assert_eq!(shown(&app, id).await["error"], "This version of the program cannot read what the job is about.");
        worker.stop().await;
    }

    async fn what_waits_for_another_try_says_why(app) {
        let worker = Working::start(&app.app, obedient(&Arc::default()), Pace { backoff: std::time::Duration::from_secs(600), ..quick() });
        let id = queue(&app, json!({"answer": "retry"})).await;
        until("the first try to end", async || shown(&app, id).await["error"].is_string()).await;
        let waiting = shown(&app, id).await;
        assert_eq!((&waiting["status"], &waiting["error"], &waiting["finishedAt"]), (&json!("QUEUED"), &json!("Attempt 1 found the shop closed."), &Value::Null));
        let (row, now) = (row(&app, id).await, app.app.clock.real_millis());
        assert!(row.run_at > now + 60_000 && row.run_at < now + 600_000, "{} {now}: 300 s at most, with jitter", row.run_at);
        assert_eq!(cancel(&app, id).await, json!({"job": {"id": text(id), "status": "CANCELLED"}, "userErrors": []}));
        worker.stop().await;
    }

    async fn what_waits_is_cancelled_at_once(app) {
        let runs = Arc::new(AtomicI64::new(0));
        let id = queue(&app, json!({"answer": "done"})).await;
        let cancelled = json!({"job": {"id": text(id), "status": "CANCELLED"}, "userErrors": []});
        assert_eq!(cancel(&app, id).await, cancelled);
        assert_eq!(cancel(&app, id).await, cancelled, "it is so already");
        let worker = Working::start(&app.app, obedient(&runs), quick());
        let later = queue(&app, json!({"answer": "done"})).await;
        has(&app, later, "SUCCEEDED").await;
        assert_eq!((runs.load(Ordering::SeqCst), shown(&app, id).await["status"].clone()), (1, json!("CANCELLED")));
        let failed = queue(&app, json!({"answer": "fail"})).await;
        has(&app, failed, "FAILED").await;
        for (finished, word) in [(later, "SUCCEEDED"), (failed, "FAILED")] {
            let refused = cancel(&app, finished).await;
            assert_eq!(refused, json!({"job": null, "userErrors": [{"code": "NOT_ALLOWED", "field": ["input", "id"],
                "message": format!("the job is finished: it is {word}")}]}));
        }
        let unknown = cancel(&app, entity::ids::JobId(999_999)).await;
        assert_eq!(unknown["userErrors"][0]["code"], "NOT_FOUND");
        worker.stop().await;
    }

    async fn what_runs_is_cancelled_at_its_next_step_or_heartbeat(app) {
        for steps in [true, false] {
            let begun = Arc::new(Notify::new());
            let told = Arc::clone(&begun);
            let handler = move |_, held: tessera::jobs::Held| {
                let told = Arc::clone(&told);
                async move {
                    told.notify_one();
                    for done in 0.. {
                        if steps {
                            held.step(done, None).await?;
                        }
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    }
                    Ok(())
                }
            };
            // The one finds it in its step, the other is told by its heartbeat.
            let beat = std::time::Duration::from_millis(if steps { 3_600_000 } else { 20 });
            let worker = Working::start(&app.app, Handlers::default().with(KIND, handler), Pace { beat, ..quick() });
            let id = queue(&app, json!({})).await;
            begun.notified().await;
            let asked = cancel(&app, id).await;
            assert_eq!((&asked["userErrors"], asked["job"]["status"] == "QUEUED"), (&json!([]), false), "{asked}");
            has(&app, id, "CANCELLED").await;
            assert!(shown(&app, id).await["finishedAt"].is_string());
            worker.stop().await;
        }
    }

    async fn cancelling_what_just_ends_is_either_or(app) {
        let mut seen = std::collections::BTreeMap::new();
        let worker = Working::start(&app.app, obedient(&Arc::default()), Pace { at_once: 1, ..quick() });
        for turn in 0..40 {
            let answer = ["done", "retry", "fail"][turn % 3];
            let id = queue(&app, json!({ "answer": answer })).await;
            tokio::time::sleep(std::time::Duration::from_micros(turn as u64 * 150)).await;
            let refused = cancel(&app, id).await["userErrors"][0]["code"] == "NOT_ALLOWED";
            until("the job to end", async || shown(&app, id).await["finishedAt"].is_string()).await;
            let status = shown(&app, id).await["status"].as_str().unwrap().to_owned();
            // Whoever was told that it is finished finds it finished; whoever was not may find that it came to its end first.
            assert!(!refused || status != "CANCELLED", "{status}");
            assert!(answer != "retry" || refused || status == "CANCELLED", "{status}: it was begun again though it was to stop");
            *seen.entry((refused, status)).or_insert(0) += 1;
        }
        println!("{seen:?}");
        worker.stop().await;
    }

    async fn jobs_are_listed_newest_first(app) {
        let worker = Working::start(&app.app, obedient(&Arc::default()), quick());
        let mut ids = Vec::new();
        for answer in ["done", "fail", "done", "fail", "done"] {
            let id = queue(&app, json!({ "answer": answer })).await;
            until("the job to end", async || shown(&app, id).await["finishedAt"].is_string()).await;
            ids.insert(0, text(id));
        }
        let list = "query($n: Int, $a: String, $s: [JobStatus!]) { jobs(first: $n, after: $a, status: $s) { totalCount
            nodes { id } edges { cursor node { id kind } } pageInfo { hasNextPage endCursor } } }";
        let listed = |page: &Value| -> Vec<String> { page["jobs"]["nodes"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect() };
        assert_eq!(listed(&app.graphql(list, json!({})).await), ids);
        let failed = app.graphql(list, json!({"s": ["FAILED", "CANCELLED"]})).await;
        assert_eq!((listed(&failed), &failed["jobs"]["totalCount"]), (vec![ids[1].clone(), ids[3].clone()], &json!(2)));
        assert_eq!(app.graphql(list, json!({"s": []})).await["jobs"]["totalCount"], 0);
        let first = app.graphql(list, json!({"n": 3})).await;
        let rest = app.graphql(list, json!({"n": 3, "a": first["jobs"]["pageInfo"]["endCursor"]})).await;
        assert_eq!([listed(&first), listed(&rest)].concat(), ids);
        assert_eq!((&first["jobs"]["pageInfo"]["hasNextPage"], &rest["jobs"]["pageInfo"]["hasNextPage"]), (&json!(true), &json!(false)));
        let node = app.graphql("query($id: ID!) { node(id: $id) { __typename id ... on Job { kind status } } }", json!({"id": ids[0]})).await;
        assert_eq!(node["node"], json!({"__typename": "Job", "id": ids[0], "kind": KIND, "status": "SUCCEEDED"}));
        worker.stop().await;
    }

    async fn a_job_is_there_with_its_transaction_or_not_at_all(app) {
        let runs = Arc::new(AtomicI64::new(0));
        let worker = Working::start(&app.app, obedient(&runs), quick());
        let txn = app.app.db.begin().await.unwrap();
        let new = tessera::jobs::NewJob { kind: KIND, arguments: json!({"answer": "done"}) };
        tessera::jobs::enqueue(&app.app, &txn, tessera::audit::By::command("a test"), new).await.unwrap();
        txn.rollback().await.unwrap();
        let id = queue(&app, json!({"answer": "done"})).await;
        has(&app, id, "SUCCEEDED").await;
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert_eq!(app.graphql("{ jobs { totalCount } }", json!({})).await["jobs"]["totalCount"], 1);
        worker.stop().await;
    }
}
