//! Another time zone: the days begin at other instants, and a job reckons the 12 months anew.

use chrono::{NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tests::{Database, TestApp, random};

use super::update;
use crate::calls::{RECORD, figures, make, members, metrics, money, segment};
use crate::jobs::{Working, job, until};
use crate::roll::{day, run, within_12_months};

const ZONES: [&str; 6] =
    ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Warsaw", "America/St_Johns", "Asia/Kolkata", "UTC"];

/// The day at whose end the programme stands.
const TODAY: &str = "2025-12-31";

/// A sale, at an instant that no calendar of ours worked out.
struct Sale {
    at: chrono::DateTime<chrono::Utc>,
    minor: i64,
}

/// Sales of the hours around the edges of the 12 months, in whatever zone.
fn sales(random: &mut tests::Random) -> Vec<Sale> {
    let noon = chrono::Utc.from_utc_datetime(&day(TODAY).and_hms_opt(12, 0, 0).unwrap());
    let edges = [0, 365, 366, 364, 367].map(|days| noon - TimeDelta::days(days));
    let sale = |_| {
        let edge = *edges.choose(random).unwrap();
        let at = edge - TimeDelta::minutes(random.random_range(-30 * 60..30 * 60));
        // Documents may lie a day ahead, and no further.
        Sale { at: at.min(noon + TimeDelta::hours(32)), minor: random.random_range(1..1_000_000) }
    };
    (0..150).map(sale).collect()
}

/// What the sales of the last 12 months come to, by chrono's calendar.
fn expected(sales: &[Sale], zone: &str) -> i64 {
    let zone: Tz = zone.parse().unwrap();
    let local = |sale: &Sale| -> NaiveDate { zone.from_utc_datetime(&sale.at.naive_utc()).date_naive() };
    sales.iter().filter(|sale| within_12_months(local(sale), day(TODAY))).map(|sale| sale.minor).sum()
}

async fn shown(app: &TestApp) -> (Value, Value) {
    (metrics(app, "m1").await["spendingLast12Months"].clone(), figures(app, "s").await["averageSpending"].clone())
}

#[test]
fn the_12_months_are_those_of_the_new_zone_on_sqlite() {
    run(Database::Sqlite, TODAY, follows);
}

#[test]
fn the_12_months_are_those_of_the_new_zone_on_postgres() {
    run(Database::Postgres, TODAY, follows);
}

#[test]
fn two_changes_before_the_job_are_one_to_it_on_sqlite() {
    run(Database::Sqlite, TODAY, twice);
}

#[test]
fn two_changes_before_the_job_are_one_to_it_on_postgres() {
    run(Database::Postgres, TODAY, twice);
}

async fn follows(app: std::sync::Arc<TestApp>) {
    let mut random = random("zones");
    members(&app, &["m1"]).await;
    segment(&app, "s", &["m1"]).await;
    let sales = sales(&mut random);
    let row = |(place, sale): (usize, &Sale)| {
        json!({"document": place.to_string(), "member": {"number": "m1"},
        "amount": money(sale.minor), "at": sale.at.to_rfc3339()})
    };
    make(&app, RECORD, sales.iter().enumerate().map(row).collect()).await;
    let worker = Working::product(&app.app);
    let mut seen = std::collections::BTreeSet::new();
    for zone in ZONES {
        let changed = update(&app, json!({ "timeZone": zone })).await;
        assert_eq!(
            (&changed["userErrors"], &changed["job"]["kind"]),
            (&json!([]), &json!("PROGRAM_ZONE")),
            "{changed}"
        );
        assert_eq!(changed["program"]["timeZone"], zone);
        // What is recorded meanwhile is reckoned with the day that was rolled to, and moves with the others.
        app.verify().await;
        let id = changed["job"]["id"].as_str().unwrap();
        until("the job to end", async || job(&app, id).await["status"] == "SUCCEEDED").await;
        let sum = money(expected(&sales, zone));
        assert_eq!(shown(&app).await, (json!(sum), json!(sum)), "{zone}");
        seen.insert(sum);
        app.verify().await;
    }
    assert!(seen.len() > 2, "the zones do not differ: {seen:?}");
    worker.stop().await;
}

async fn twice(app: std::sync::Arc<TestApp>) {
    members(&app, &["m1"]).await;
    segment(&app, "s", &["m1"]).await;
    let first = update(&app, json!({"timeZone": "Asia/Tokyo"})).await;
    let second = update(&app, json!({"timeZone": "Pacific/Pago_Pago"})).await;
    make(
        &app,
        RECORD,
        json!([{"document": "d", "member": {"number": "m1"}, "amount": "2.00", "at": "2025-09-01T10:00:00Z"}]),
    )
    .await;
    let worker = Working::product(&app.app);
    for changed in [first, second] {
        let id = changed["job"]["id"].as_str().unwrap().to_owned();
        until("the job to end", async || job(&app, &id).await["status"] == "SUCCEEDED").await;
    }
    let row = tessera::program::row(app.app.db.reader()).await.unwrap().unwrap();
    assert_eq!((row.time_zone.as_str(), row.figures_zone.as_str()), ("Pacific/Pago_Pago", "Pacific/Pago_Pago"));
    assert_eq!(shown(&app).await, (json!("2.00"), json!("2.00")));
    worker.stop().await;
}
