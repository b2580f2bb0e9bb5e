//! Every night the model is fitted once, whoever looks first.

use chrono::Days;
use entity::kinds::JobStatus;
use futures::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Database, Served};

use super::{jobs, sale, shop, standing, worked};
use crate::calls::{RECORD, make, members};
use crate::jobs::until;
use crate::roll::day;
use tessera::valuation::keep_up;

fn each(body: impl AsyncFn(std::sync::Arc<tests::TestApp>) + Copy) {
    for database in [Database::Sqlite, Database::Postgres] {
        tests::run_with(database, standing, |app| async move { body(app).await });
    }
}

#[test]
fn a_night_fits_once() {
    each(async |app| {
        shop(&app, 105).await;
        let looked = join_all((0..5).map(|_| keep_up(&app.app))).await;
        let queued = looked.into_iter().filter(|queued| *queued.as_ref().unwrap()).count();
        assert_eq!((queued, jobs(&app.app).await.len()), (1, 1));
        assert_eq!(worked(&app.app).await.status, JobStatus::Succeeded);
        assert!(!keep_up(&app.app).await.unwrap(), "it is done for this night");
        // The next night, seen by two processes.
        let tomorrow = day("2026-06-30") + Days::new(1);
        let others = [another(&app, tomorrow).await, another(&app, tomorrow).await];
        let looked = join_all(others.iter().map(|(app, _)| keep_up(app))).await;
        assert_eq!(looked.into_iter().filter(|queued| *queued.as_ref().unwrap()).count(), 1);
        assert_eq!(jobs(&app.app).await.len(), 2);
        let done = worked(&others[0].0).await;
        assert_eq!((done.status, done.attempts), (JobStatus::Succeeded, 1));
        assert!(!keep_up(&others[1].0).await.unwrap());
        // Back to the day before, so that what is there can be held against rows once more.
        tessera::figures::roll::to_today(&app.app).await.unwrap();
        tessera::membership::to_today(&app.app).await.unwrap();
    });
}

async fn another(
    app: &tests::TestApp,
    today: chrono::NaiveDate,
) -> (std::sync::Arc<tessera::app::App>, tempfile::TempDir) {
    let folder = tempfile::TempDir::new().unwrap();
    let settings = tessera::config::Settings {
        database_url: app.url.as_str().into(),
        metrics_listen: None,
        data_dir: folder.path().to_path_buf(),
        today: Some(today),
        ..tessera::config::Settings::default()
    };
    (tessera::app::App::open(settings).await.unwrap(), folder)
}

/// What was worked out while a shop was being set up does not stand for the whole day.
#[test]
fn a_shop_that_is_being_set_up_is_looked_at_again() {
    each(async |app| {
        let night = async || {
            // It rests a while after each.
            app.app.db.writer().execute_unprepared("UPDATE job SET finished_at = 1").await.unwrap();
            assert!(keep_up(&app.app).await.unwrap());
            assert_eq!(worked(&app.app).await.status, JobStatus::Succeeded);
            assert!(!keep_up(&app.app).await.unwrap(), "it has seen all that there is");
        };
        let grouped = async || {
            let data = app.graphql("{ valueGroups { groups { members } } valueModel { customers } }", json!({})).await;
            let groups = data["valueGroups"]["groups"].as_array().unwrap().clone();
            let members: i64 = groups.iter().map(|group| group["members"].as_i64().unwrap()).sum();
            (members, data["valueModel"]["customers"].as_i64())
        };
        night().await;
        assert_eq!(grouped().await, (0, None));
        members(&app, &["early"]).await;
        assert!(!keep_up(&app.app).await.unwrap(), "it rests");
        night().await;
        assert_eq!(grouped().await, (1, None));
        shop(&app, 105).await;
        night().await;
        assert_eq!(grouped().await, (106, Some(105)));
        // A sale more does not matter before the next night, nor does a customer.
        members(&app, &["late"]).await;
        make(&app, RECORD, json!([sale("late", 1, 5)])).await;
        assert!(!keep_up(&app.app).await.unwrap());
    });
}

/// One that was stopped by hand is let alone for a while.
#[test]
fn a_night_that_was_stopped_rests() {
    each(async |app| {
        assert!(keep_up(&app.app).await.unwrap());
        let open = jobs(&app.app).await[0].id;
        tessera::jobs::cancel(&app.app, tessera::audit::By::command("tessera"), open).await.unwrap();
        assert!(!keep_up(&app.app).await.unwrap());
        assert_eq!(jobs(&app.app).await.len(), 1);
    });
}

/// Servers do it by themselves: two on one PostgreSQL, one of them does it.
#[test]
fn servers_fit_by_themselves() {
    tests::run_with(Database::Postgres, standing, |app| async move {
        shop(&app, 105).await;
        let folders = [tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap()];
        let served = folders.each_ref().map(|folder| {
            let mut command = Served::usual(&app.url, folder.path());
            command.args(["--today", "2026-06-30"]);
            Served::start_as(command, folder.path())
        });
        until("a model", async || !super::ask(&app, "{ valueModel { name } }").await.is_null()).await;
        until("the job to end", async || jobs(&app.app).await.iter().all(|job| job.finished_at.is_some())).await;
        drop(served);
        let jobs = jobs(&app.app).await;
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        assert_eq!(
            (jobs[0].status, jobs[0].attempts, &jobs[0].actor),
            (JobStatus::Succeeded, 1, &"tessera serve".to_owned())
        );
        assert_eq!(super::ask(&app, "{ valueModel { customers } }").await, json!({"customers": 105}));
    });
}
