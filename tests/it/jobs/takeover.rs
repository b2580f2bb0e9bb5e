//! Holders that die, stall or are to stop.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tessera::jobs::{self, Claim, End, Setback, Standing};
use tessera::worker::{Handlers, Pace};
use tests::{TestApp, on_both};
use tokio::sync::Notify;

use super::{KIND, Working, another, cancel, has, job, lapse, queue, quick, row, shown, until};

/// Who began which job how often.
type Runs = Arc<Mutex<BTreeMap<i64, Vec<&'static str>>>>;

/// A handler that notes who runs, and then waits for the gate where it is to.
fn noting(runs: &Runs, who: &'static str, gate: Option<&Arc<Notify>>) -> Handlers {
    let (runs, gate) = (Arc::clone(runs), gate.cloned());
    Handlers::default().with(KIND, move |_, held| {
        let (runs, gate) = (Arc::clone(&runs), gate.clone());
        async move {
            runs.lock().unwrap().entry(held.id.0).or_default().push(who);
            if let Some(gate) = gate {
                gate.notified().await;
            }
            Ok(())
        }
    })
}

fn begun(runs: &Runs, id: entity::ids::JobId) -> Vec<&'static str> {
    runs.lock().unwrap().get(&id.0).cloned().unwrap_or_default()
}

async fn held(app: &TestApp, holder: &str) -> Option<tessera::jobs::Held> {
    let claim = Claim { holder, kinds: &[KIND], lease: Duration::from_secs(600) };
    jobs::claim(&app.app, claim).await.unwrap()
}

on_both! {
    async fn fifty_jobs_run_once_each_on_two_processes(app) {
        let (other, _folder) = another(&app).await;
        let runs = Runs::default();
        let workers = [
            Working::start(&app.app, noting(&runs, "one", None), quick()),
            Working::start(&other, noting(&runs, "other", None), quick()),
        ];
        let mut ids = Vec::new();
        for number in 0..50 {
            ids.push(queue(&app, json!(number)).await);
        }
        for id in &ids {
            has(&app, *id, "SUCCEEDED").await;
            assert_eq!((begun(&runs, *id).len(), row(&app, *id).await.attempts), (1, 1));
        }
        for worker in workers {
            worker.stop().await;
        }
        other.db.close().await.unwrap();
    }

    async fn a_dead_holders_job_is_taken_over(app) {
        let (other, _folder) = another(&app).await;
        let (runs, gate) = (Runs::default(), Arc::new(Notify::new()));
        let dying = Working::start(&other, noting(&runs, "dying", Some(&gate)), quick());
        let id = queue(&app, json!({})).await;
        until("the job to begin", async || begun(&runs, id) == ["dying"]).await;
        dying.die().await;
        let worker = Working::start(&app.app, noting(&runs, "heir", None), quick());
        // Nobody takes it while the lease lasts: another job that came later is done first.
        let later = queue(&app, json!({})).await;
        has(&app, later, "SUCCEEDED").await;
        assert_eq!(shown(&app, id).await["status"], "RUNNING");
        lapse(&app).await;
        has(&app, id, "SUCCEEDED").await;
        assert_eq!((begun(&runs, id), row(&app, id).await.attempts), (vec!["dying", "heir"], 2));
        worker.stop().await;
        other.db.close().await.unwrap();
    }

    async fn a_holder_that_stalled_notices_and_changes_nothing(app) {
        let (other, _folder) = another(&app).await;
        let (runs, gates) = (Runs::default(), [Arc::new(Notify::new()), Arc::new(Notify::new())]);
        // Its heart stands still, until it is too late.
        let stalled = Working::start(&other, noting(&runs, "stalled", Some(&gates[0])), Pace { beat: Duration::from_secs(3_600), ..quick() });
        let id = queue(&app, json!({})).await;
        until("the job to begin", async || begun(&runs, id) == ["stalled"]).await;
        lapse(&app).await;
        let heir = Working::start(&app.app, noting(&runs, "heir", Some(&gates[1])), quick());
        until("the job to be taken over", async || begun(&runs, id) == ["stalled", "heir"]).await;
        gates[0].notify_one();
        stalled.stop().await;
        let running = row(&app, id).await;
        assert_eq!((running.status, running.attempts, running.holder.as_deref()), (entity::kinds::JobStatus::Running, 2, Some(heir.name.as_str())));
        gates[1].notify_one();
        has(&app, id, "SUCCEEDED").await;
        assert_eq!(row(&app, id).await.holder.as_deref(), Some(heir.name.as_str()));
        heir.stop().await;
        other.db.close().await.unwrap();
    }

    async fn whatever_a_former_holder_writes_changes_nothing(app) {
        let id = queue(&app, json!({})).await;
        let first = held(&app, "first").await.unwrap();
        assert!(held(&app, "second").await.is_none(), "it is taken");
        lapse(&app).await;
        assert!(held(&app, "first").await.is_none(), "nobody takes over from itself");
        let second = held(&app, "second").await.unwrap();
        assert_eq!((first.attempt, second.attempt), (1, 2));
        let before = row(&app, id).await;
        assert_eq!(first.beat().await.unwrap(), Standing::Lost);
        assert!(matches!(first.step(7, Some(9)).await, Err(Setback::Stopped)));
        let txn = app.app.db.begin().await.unwrap();
        assert!(matches!(first.fence(&txn).await, Err(Setback::Stopped)));
        txn.rollback().await.unwrap();
        let wait = Duration::from_secs(1);
        for end in [End::Succeeded, End::Failed("no".to_owned()), End::Cancelled, End::Released, End::Retry { why: "no".to_owned(), wait }] {
            assert!(!jobs::settle(&app.app, &first, &end).await.unwrap(), "{end:?}");
        }
        assert_eq!(row(&app, id).await, before);
        let txn = app.app.db.begin().await.unwrap();
        second.fence(&txn).await.unwrap();
        txn.commit().await.unwrap();
        assert!(jobs::settle(&app.app, &second, &End::Succeeded).await.unwrap());
        assert!(!jobs::settle(&app.app, &second, &End::Failed("late".to_owned())).await.unwrap(), "once");
        assert_eq!(second.beat().await.unwrap(), Standing::Lost, "it is finished");
    }

    async fn a_released_job_begins_anew_at_once_and_does_not_count(app) {
        let (runs, gate) = (Runs::default(), Arc::new(Notify::new()));
        let stopping = Working::start(&app.app, noting(&runs, "stopping", Some(&gate)), Pace { grace: Duration::from_millis(50), ..quick() });
        let id = queue(&app, json!({})).await;
        until("the job to begin", async || !begun(&runs, id).is_empty()).await;
        stopping.stop().await;
        let released = row(&app, id).await;
        assert_eq!((released.status, released.attempts, released.lease_until, released.error), (entity::kinds::JobStatus::Queued, 0, None, None));
        let heir = Working::start(&app.app, noting(&runs, "heir", None), quick());
        has(&app, id, "SUCCEEDED").await;
        assert_eq!((begun(&runs, id), row(&app, id).await.attempts), (vec!["stopping", "heir"], 1));
        heir.stop().await;
    }

    async fn a_job_under_way_may_finish_within_the_grace(app) {
        let (runs, gate) = (Runs::default(), Arc::new(Notify::new()));
        let stopping = Working::start(&app.app, noting(&runs, "stopping", Some(&gate)), quick());
        let id = queue(&app, json!({})).await;
        until("the job to begin", async || !begun(&runs, id).is_empty()).await;
        let waiting = queue(&app, json!({})).await;
        until("both to begin", async || !begun(&runs, waiting).is_empty()).await;
        // Not begun: both hands are full.
        let left = queue(&app, json!({})).await;
        let stop = tokio::spawn(stopping.stop());
        gate.notify_one();
        gate.notify_one();
        gate.notify_waiters();
        stop.await.unwrap();
        has(&app, id, "SUCCEEDED").await;
        has(&app, waiting, "SUCCEEDED").await;
        assert_eq!(shown(&app, left).await["status"], "QUEUED");
    }

    async fn what_takes_its_holders_down_fails_in_the_end(app) {
        let id = queue(&app, json!({})).await;
        for attempt in 1..=5 {
            let held = held(&app, &format!("victim {attempt}")).await.unwrap();
            assert_eq!(held.attempt, attempt);
            lapse(&app).await;
        }
        let runs = Runs::default();
        let worker = Working::start(&app.app, noting(&runs, "last", None), quick());
        has(&app, id, "FAILED").await;
        assert_eq!(shown(&app, id).await["error"], "It was begun 5 times and never came to an end.");
        assert_eq!(begun(&runs, id), Vec::<&str>::new());
        worker.stop().await;
    }

    async fn what_was_to_stop_when_its_holder_died_is_not_begun_again(app) {
        let id = queue(&app, json!({})).await;
        held(&app, "dead").await.unwrap();
        assert_eq!(cancel(&app, id).await["job"]["status"], "RUNNING");
        lapse(&app).await;
        let runs = Runs::default();
        let worker = Working::start(&app.app, noting(&runs, "heir", None), quick());
        has(&app, id, "CANCELLED").await;
        assert_eq!(begun(&runs, id), Vec::<&str>::new());
        worker.stop().await;
    }

    async fn only_the_kinds_that_are_known_are_claimed(app) {
        let id = queue(&app, json!({})).await;
        let worker = Working::start(&app.app, Handlers::product(), quick());
        let changed = crate::program::update(&app, json!({"timeZone": "Asia/Tokyo"})).await;
        let zone = changed["job"]["id"].as_str().unwrap();
        until("the known kind to end", async || job(&app, zone).await["status"] == "SUCCEEDED").await;
        assert_eq!(row(&app, id).await.attempts, 0);
        worker.stop().await;
    }
}
