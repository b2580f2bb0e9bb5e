//! A server is killed while it fits the model: what is there afterwards is the old or the new, and another one finishes.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Database, Served, TestApp};

use super::{FIT, fitted, jobs, later, shop, standing, worked};
use crate::calls::{RECORD, make};
use crate::dynamic::{call, dynamic};

#[test]
fn a_fit_survives_kills_on_sqlite() {
    tests::run_with(Database::Sqlite, standing, fit);
}

#[test]
fn a_fit_survives_kills_on_postgres() {
    tests::run_with(Database::Postgres, standing, fit);
}

/// So many that all of them changing is told as anybody's values.
const MANY: u64 = 5_100;

/// How many models there are, what is kept of members and what segments have.
async fn state(app: &TestApp) -> (i64, Vec<String>) {
    let db = app.app.db.writer();
    let read = async |text: &str| {
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text.to_owned())).await.unwrap();
        rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()).collect::<Vec<String>>()
    };
    let mut lines = read("SELECT CAST(COUNT(*) AS TEXT) AS line FROM value_model").await;
    let models = lines.remove(0).parse().unwrap();
    lines.extend(
        read("SELECT member_id || ' ' || COALESCE(predicted_clv, -1) || ' ' || rfm_group || ' ' || value_group || ' ' || presence AS line
            FROM member_value ORDER BY member_id").await,
    );
    lines.extend(
        read(
            "SELECT segment_id || ' ' || members || ' ' || predicted_members || ' ' || predicted_value AS line
            FROM segment_stats ORDER BY segment_id",
        )
        .await,
    );
    (models, lines)
}

async fn fit(app: Arc<TestApp>) {
    shop(&app, MANY).await;
    dynamic(&app, "valuable", json!({"value": {"valueGroup": ["MOST_VALUABLE"]}})).await;
    fitted(&app, None).await;
    if app.app.settings.lens {
        crate::lens::right(&app).await;
    }
    let (_, old) = state(&app).await;
    make(&app, RECORD, (0..300).map(|customer| later(&format!("c{customer}"), 2, 90)).collect::<Vec<_>>().into()).await;
    assert_eq!(state(&app).await.1[..MANY as usize], old[..MANY as usize], "what is kept is of the night");
    let payload = call(&app, FIT, json!({})).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let mut halfway = 0;
    for round in 0..7 {
        let mut command = Served::usual(&app.url, app.folder());
        command.args(["--today", "2026-06-30"]);
        let mut served = Served::start_as(command, app.folder());
        tokio::time::sleep(Duration::from_millis(60 * round)).await;
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        let (models, lines) = state(&app).await;
        match models {
            1 => assert_eq!(lines, old, "neither the old nor the new"),
            _ => assert_eq!(models, 2, "one job lands once"),
        }
        app.verify().await;
        halfway += usize::from(models == 1);
    }
    println!("the old was there after {halfway} of 7 kills");
    // The leases of the dead lapse.
    let lapse = "UPDATE job SET lease_until = 0 WHERE status = 'RUNNING'";
    let db = app.app.db.writer();
    db.execute_raw(Statement::from_string(db.get_database_backend(), lapse.to_owned())).await.unwrap();
    worked(&app.app).await;
    let (models, new) = state(&app).await;
    assert_eq!(models, 2);
    assert_ne!(new, old);
    assert_eq!(jobs(&app.app).await.len(), 2);
    // Once more: the same data say the same.
    fitted(&app, None).await;
    assert_eq!(state(&app).await.1, new);
    assert_ne!(super::ask(&app, "{ valueModel { name } }").await, Value::Null);
}
