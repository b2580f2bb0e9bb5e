//! Who asks for a model, and what is refused: one is fitted at a time.

use entity::kinds::JobStatus;
use futures::future::join_all;
use serde_json::{Value, json};

use tessera::valuation::keep_up;
use tessera::worker::Handlers;
use tests::Database;

use super::{FIT, ask, each_way, fit, fitted, jobs, shop, standing, worked};
use crate::audit::{mark, since};
use crate::dynamic::{call, mistakes};
use crate::jobs::{Working, quick, until};
use crate::locks::{share_rule_set, waiting};

const CANCEL: &str = "mutation($i: NodeInput!) { cancelJob(input: $i) { job { status } userErrors { code field } } }";

each_way! { standing;
    async fn one_is_fitted_at_a_time(app) {
        shop(&app, 110).await;
        // Whoever asks for the same is answered the job that does it, however many ask at once.
        let asked = join_all((0..6).map(|_| call(&app, FIT, json!({})))).await;
        assert!(asked.iter().all(|payload| payload["job"]["id"] == asked[0]["job"]["id"]), "{asked:?}");
        assert_eq!(jobs(&app.app).await.len(), 1);
        assert_eq!(mistakes(&call(&app, FIT, json!({"asOf": "2026-06-01"})).await), ["NOT_ALLOWED input.asOf"]);
        let id = asked[0]["job"]["id"].clone();
        let stopped = call(&app, CANCEL, json!({ "id": id })).await;
        assert_eq!(stopped["job"]["status"], "CANCELLED", "{stopped}");
        assert_eq!(ask(&app, "{ valueModel { name } }").await, Value::Null);
        assert_eq!(fit(&app, Some("2026-06-01")).await.status, JobStatus::Succeeded);
        let model = ask(&app, "{ valueModel { asOf } }").await;
        assert_eq!(model["asOf"], "2026-06-02T00:00:00.000Z");
        for day in ["2026-07-01", "1800-01-01"] {
            assert_eq!(mistakes(&call(&app, FIT, json!({ "asOf": day })).await), ["INVALID input.asOf"], "{day}");
        }
        // The day that it is may be asked for, though it is not over.
        assert_eq!(fit(&app, Some("2026-06-30")).await.status, JobStatus::Succeeded);
        assert_eq!(jobs(&app.app).await.len(), 3);
    }

    async fn who_joins_the_job_of_the_night_asks_for_a_model(app) {
        for under_way in [false, true] {
            assert!(keep_up(&app.app).await.unwrap());
            // It is about to land, or waits to begin.
            let held = if under_way && app.database == Database::Postgres { Some(share_rule_set(&app).await) } else { None };
            let working = held.is_some().then(|| Working::start(&app.app, Handlers::product(), quick()));
            if working.is_some() {
                waiting(&app, 1).await;
            }
            let before = mark(&app).await;
            let asked = join_all((0..3).map(|_| call(&app, FIT, json!({})))).await;
            assert!(asked.iter().all(|payload| payload["job"]["id"] == asked[0]["job"]["id"]), "{asked:?}");
            assert_eq!(since(&app, &before).await.len(), 1, "somebody asks for it from then on");
            assert_eq!(mistakes(&call(&app, FIT, json!({"asOf": "2026-06-01"})).await), ["NOT_ALLOWED input.asOf"]);
            if let (Some(held), Some(working)) = (held, working) {
                held.rollback().await.unwrap();
                until("the job to end", async || jobs(&app.app).await.iter().all(|job| job.finished_at.is_some())).await;
                working.stop().await;
            }
            let job = worked(&app.app).await;
            assert_eq!((job.status, job.error.as_deref()), (JobStatus::Failed, Some("There are 0 customers with a purchase; a model needs 100.")));
            assert_eq!(jobs(&app.app).await.len(), usize::from(under_way) + 1);
            assert_eq!(ask(&app, "{ valueGroups { asOf } }").await, Value::Null, "nothing has landed");
        }
        // Nobody asks for the next one: there are groups without a model.
        assert!(keep_up(&app.app).await.unwrap());
        assert_eq!(worked(&app.app).await.status, JobStatus::Succeeded);
        assert_ne!(ask(&app, "{ valueGroups { asOf } }").await, Value::Null);
    }

    async fn what_cannot_be_asked_of_a_member(app) {
        shop(&app, 101).await;
        fit(&app, None).await;
        worked(&app.app).await;
        for days in [0, -1, 3_651] {
            let text = format!("{{ member(ref: {{number: \"c1\"}}) {{ metrics {{ orderProbability(days: {days}) }} }} }}");
            let answer = app.send(Some(&app.token), &text, json!({})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
        }
        let found = ask(&app, "{ member(ref: {number: \"c1\"}) { metrics { a: orderProbability(days: 1) b: orderProbability(days: 3650)
            c: expectedOrders(days: 1) d: expectedOrders(days: 3650) } } }").await;
        let number = |name: &str| found["metrics"][name].as_f64().unwrap();
        assert!(number("a") < number("b") && number("b") <= 1.0 && number("c") < number("d"), "{found}");
    }

    async fn a_page_of_members_is_read_together(app) {
        shop(&app, 120).await;
        let text = "query($n: Int!) { members(first: $n) { nodes { number metrics { predictedClv { amount } orderProbability expectedOrders
            rhythmDays presence rfmGroup recencyScore frequencyScore monetaryScore valueGroup } } } }";
        let taken = async || {
            let mut taken = Vec::new();
            for many in [5, 60, 120] {
                let answer = app.send(Some(&app.token), text, json!({"n": many})).await;
                assert!(answer.body.get("errors").is_none(), "{}", answer.body);
                taken.push(answer.statements());
            }
            taken
        };
        let before = taken().await;
        assert!(before.iter().all(|count| *count == before[0]), "{before:?}");
        fitted(&app, None).await;
        let after = taken().await;
        // The page, what is kept of its members, and the model.
        assert_eq!(after, [3, 3, 3], "{before:?}");
    }
}
