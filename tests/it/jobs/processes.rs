//! Two real server processes on one PostgreSQL.

use std::collections::BTreeSet;

use entity::job;
use entity::kinds::JobStatus;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Database, Served, TestApp, command, wait_until};

use super::until;
use crate::calls::{RECORD, figures, make, members, segment};
use crate::program::UPDATE;

async fn post(app: &TestApp, served: &Served, query: &str, variables: Value) -> Value {
    let request =
        app.client().post(format!("{}/graphql", served.base)).json(&json!({"query": query, "variables": variables}));
    let token = token(app, served).await;
    request.bearer_auth(token).send().await.unwrap().json().await.unwrap()
}

/// A token of that process: each has a key of its own.
pub async fn token(app: &TestApp, served: &Served) -> String {
    let body =
        json!({"query": crate::auth::SIGN_IN, "variables": {"email": tests::OWNER, "password": tests::PASSWORD}});
    let answer = app.client().post(format!("{}/graphql", served.base)).json(&body).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["data"]["signIn"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn rows(app: &TestApp) -> Vec<job::Model> {
    // Servers fit the value model of the night beside whatever else they do.
    let others = job::Entity::find().filter(job::Column::Kind.ne("VALUE_MODEL"));
    others.all(app.app.db.reader()).await.unwrap()
}

/// The process that holds a job: its number begins the holder's name.
fn process(row: &job::Model) -> u32 {
    row.holder.as_deref().unwrap().split('-').next().unwrap().parse().unwrap()
}

fn two(app: &TestApp) -> ([TempDir; 2], [Served; 2]) {
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let served = [Served::start(&app.url, folders[0].path()), Served::start(&app.url, folders[1].path())];
    (folders, served)
}

/// A member who bought, in a segment.
async fn shop(app: &TestApp) {
    members(app, &["m1"]).await;
    segment(app, "s", &["m1"]).await;
    let sale = json!({"document": "d", "member": {"number": "m1"}, "amount": "4.00", "at": crate::calls::days(-30)});
    make(app, RECORD, json!([sale])).await;
}

#[test]
fn each_job_is_done_once() {
    tests::run(Database::Postgres, async |app| {
        shop(&app).await;
        let (_folders, served) = two(&app);
        let tokens = [token(&app, &served[0]).await, token(&app, &served[1]).await];
        let zones = ["Asia/Tokyo", "Europe/Warsaw"];
        for turn in 0..50 {
            let place = turn % 2;
            let body = json!({"query": UPDATE, "variables": {"input": {"timeZone": zones[place]}}});
            let request = app.client().post(format!("{}/graphql", served[place].base)).bearer_auth(&tokens[place]);
            let answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
            assert_eq!(answer["data"]["updateProgram"]["job"]["kind"], "PROGRAM_ZONE", "{answer}");
        }
        until("all jobs to end", async || rows(&app).await.iter().all(|row| row.finished_at.is_some())).await;
        let rows = rows(&app).await;
        assert_eq!(rows.len(), 50);
        for row in &rows {
            assert_eq!((row.status, row.attempts, row.error.as_deref()), (JobStatus::Succeeded, 1, None));
        }
        let processes: BTreeSet<u32> = rows.iter().map(process).collect();
        println!("{} processes took part", processes.len());
        assert!(served.iter().any(|served| processes.contains(&served.child.id())), "{processes:?}");
        assert_eq!(figures(&app, "s").await["averageSpending"], "4.00");
    });
}

#[test]
fn a_killed_processs_job_is_taken_over_and_ends_once() {
    tests::run(Database::Postgres, async |app| {
        shop(&app).await;
        let (_folders, mut served) = two(&app);
        // The job comes as far as the segments' sums, and waits there in the middle of its transaction.
        let gate = app.app.db.begin().await.unwrap();
        gate.execute_unprepared("SELECT 1 FROM segment_stats FOR UPDATE").await.unwrap();
        let answer = post(&app, &served[0], UPDATE, json!({"input": {"timeZone": "Asia/Tokyo"}})).await;
        assert_eq!(answer["data"]["updateProgram"]["userErrors"], json!([]), "{answer}");
        until("the job to begin", async || rows(&app).await[0].status == JobStatus::Running).await;
        let first = rows(&app).await.remove(0);
        let place = served.iter().position(|served| served.child.id() == process(&first)).unwrap();
        served[place].child.kill().unwrap();
        served[place].child.wait().unwrap();
        super::lapse(&app).await;
        until("the job to be taken over", async || rows(&app).await[0].attempts == 2).await;
        gate.rollback().await.unwrap();
        until("the job to end", async || rows(&app).await[0].finished_at.is_some()).await;
        let last = rows(&app).await.remove(0);
        assert_eq!(
            (last.status, last.attempts, process(&last)),
            (JobStatus::Succeeded, 2, served[1 - place].child.id())
        );
        assert_ne!(first.holder, last.holder);
        let row = tessera::program::row(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!((row.time_zone.as_str(), row.figures_zone.as_str()), ("Asia/Tokyo", "Asia/Tokyo"));
        assert_eq!(figures(&app, "s").await["averageSpending"], "4.00");
    });
}

/// A server that is to stop waits for its job for a while, and then leaves it to the other one.
#[test]
fn a_server_that_stops_leaves_its_job_to_another() {
    tests::run(Database::Postgres, async |app| {
        shop(&app).await;
        let (_folders, mut served) = two(&app);
        let gate = app.app.db.begin().await.unwrap();
        gate.execute_unprepared("SELECT 1 FROM segment_stats FOR UPDATE").await.unwrap();
        post(&app, &served[0], UPDATE, json!({"input": {"timeZone": "Asia/Tokyo"}})).await;
        until("the job to begin", async || rows(&app).await[0].status == JobStatus::Running).await;
        let first = rows(&app).await.remove(0);
        let place = served.iter().position(|served| served.child.id() == process(&first)).unwrap();
        let child = &mut served[place].child;
        assert!(std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        wait_until("the server to stop", || child.try_wait().unwrap().is_some());
        assert!(child.wait().unwrap().success());
        until("the other one to begin", async || {
            rows(&app).await[0].holder.as_ref().is_some_and(|holder| Some(holder) != first.holder.as_ref())
        })
        .await;
        gate.rollback().await.unwrap();
        until("the job to end", async || rows(&app).await[0].finished_at.is_some()).await;
        let last = rows(&app).await.remove(0);
        assert_eq!(
            (last.status, last.attempts, process(&last)),
            (JobStatus::Succeeded, 1, served[1 - place].child.id())
        );
    });
}

/// A worker without HTTP does what a server queued, and ends with 0 when it is told to.
#[test]
fn tessera_work_works_beside_a_server() {
    tests::run(Database::Postgres, async |app| {
        shop(&app).await;
        let folder = TempDir::new().unwrap();
        let mut child =
            command(&app.url, folder.path()).arg("work").stdout(std::process::Stdio::null()).spawn().unwrap();
        let changed = crate::program::update(&app, json!({"timeZone": "Asia/Tokyo"})).await;
        let id = changed["job"]["id"].as_str().unwrap();
        until("the job to end", async || super::job(&app, id).await["status"] == "SUCCEEDED").await;
        assert_eq!(process(&rows(&app).await[0]), child.id());
        let killed = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(killed.success());
        wait_until("the worker to stop", || child.try_wait().unwrap().is_some());
        assert!(child.wait().unwrap().success());
    });
}
