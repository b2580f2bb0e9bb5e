//! What is kept of a person by the analyses is told on request, and goes with the person.

use std::sync::Arc;

use entity::kinds::JobStatus;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tessera::worker::Handlers;
use tests::{Database, TestApp};

use super::{ask, each_way, fitted, shop, standing, value, worked};
use crate::dynamic::{belonging, call, dynamic};
use crate::jobs::{Working, quick};
use crate::locks::{keep_member, unbroken, waiting};
use crate::privacy::{DATA, erase};
use crate::program::update;

async fn kept(app: &TestApp) -> i64 {
    let db = app.app.db.writer();
    let text = "SELECT COUNT(*) AS kept FROM member_value";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text.to_owned())).await.unwrap();
    row.unwrap().try_get("", "kept").unwrap()
}

each_way! { standing;
    async fn a_person_is_told_and_forgotten(app) {
        shop(&app, 110).await;
        fitted(&app, None).await;
        dynamic(&app, "bought", json!({"value": {"predictedClv": {"gte": "0"}}})).await;
        let before = ask(&app, "{ segment(ref: {key: \"bought\"}) { memberCount averagePredictedClv { amount } } }").await;
        assert_eq!(before["memberCount"], 110);
        let told = call(&app, DATA, json!({"member": {"number": "c2"}})).await;
        let kept_of = &told["data"]["value"][0];
        let shown = value(&app, "c2").await;
        let predicted = format!("{} EUR", shown["predictedClv"]["amount"].as_str().unwrap());
        assert_eq!((&kept_of["predictedValue"], &kept_of["rfmGroup"]), (&json!(predicted), &shown["rfmGroup"]), "{told}");
        erase(&app, "c2").await;
        assert_eq!((kept(&app).await, belonging(&app, "bought").await.len()), (109, 109));
        app.verify().await;
        fitted(&app, None).await;
        assert_eq!(kept(&app).await, 109);
    }
}

/// People are erased while an analysis lands in which everybody is worth something else.
async fn erased_beside_a_landing(app: Arc<TestApp>) {
    shop(&app, 150).await;
    fitted(&app, None).await;
    let erasing = |number: u32| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { erase(&app, &format!("c{number}")).await })
    };
    let mut gone = 0;
    for round in 1..6 {
        update(&app, json!({"grossMargin": format!("0.{round}")})).await;
        let landing = || Working::start(&app.app, Handlers::product(), quick());
        let (erasures, working) = if round == 1 && app.database == Database::Postgres {
            // One is under way, and has not come to what is kept of the person's value when the analysis wants to land.
            let held = keep_member(&app, "c0").await;
            let erasure = erasing(0);
            waiting(&app, 1).await;
            let working = landing();
            waiting(&app, 2).await;
            held.rollback().await.unwrap();
            (vec![erasure], working)
        } else {
            let working = landing();
            ((gone..gone + 6).map(erasing).collect(), working)
        };
        gone += u32::try_from(erasures.len()).unwrap();
        join_all(erasures).await.into_iter().for_each(|erased| assert!(erased.is_ok(), "{erased:?}"));
        let job = worked(&app.app).await;
        working.stop().await;
        assert_eq!((job.status, job.attempts), (JobStatus::Succeeded, 1), "{job:?}");
    }
    assert_eq!(kept(&app).await, i64::from(150 - gone));
}

#[test]
fn people_are_erased_beside_an_analysis_that_lands() {
    for database in [Database::Sqlite, Database::Postgres] {
        unbroken(database, standing, erased_beside_a_landing);
    }
}
