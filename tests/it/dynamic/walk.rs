//! A small shop lives through 400 days. On each of them, whoever belongs is whom an evaluation of everybody from scratch
//! would find.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use rand::Rng;
use serde_json::{Value, json};
use tests::{Database, TestApp, random};

use super::{belonging, dynamic, evaluated, events, of_segment, spent};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, make, send};
use crate::roll::{day, ends, reopened, run, unrolled};

/// Over both clock changes, the end of a year, and a 29 February.
const FIRST: &str = "2027-09-20";
const DAYS: i64 = 400;

#[test]
fn every_day_is_as_from_scratch_on_sqlite() {
    run(Database::Sqlite, FIRST, walk);
}

#[test]
fn every_day_is_as_from_scratch_on_postgres() {
    run(Database::Postgres, FIRST, walk);
}

fn rules() -> Vec<(&'static str, Value)> {
    let transactions = |measure: &str, within: Value, is: Value| json!({"transactions": {"measure": measure, "within": within, "is": is}});
    vec![
        ("spent-30", spent(30, 50)),
        ("lapsed", json!({"transactions": {"measure": "DAYS_SINCE_LAST", "is": {"gte": 45}}})),
        ("quarter-ago", transactions("COUNT", json!({"daysAgo": {"from": 100, "to": 70}}), json!({"gte": 1}))),
        ("birthday", json!({"profile": {"birthdayWithinDays": 7}})),
        ("anniversary", json!({"profile": {"enrolmentAnniversaryWithinDays": 0}})),
        ("new", json!({"profile": {"enrolledOn": {"lastDays": 60}}})),
        ("adult", json!({"profile": {"age": {"gte": 18}}})),
        ("earning", json!({"points": {"measure": "EARNED", "within": {"lastDays": 90}, "is": {"gt": 20}}})),
        ("quiet", json!({"points": {"measure": "DAYS_SINCE_LAST_ACTIVITY", "is": {"gt": 30}}})),
        ("warranty", json!({"profile": {"attribute": {"name": "bought", "date": {"lastDays": 365}}}})),
        ("best", json!({"all": [of_segment("spent-30"), {"not": of_segment("lapsed")}]})),
        ("rest", json!({"not": {"any": [of_segment("best"), of_segment("new"), of_segment("earning")]}})),
        ("lucky", json!({"sample": {"percent": "30", "salt": "walk"}})),
    ]
}

async fn walk(first: Arc<TestApp>) {
    let mut random = random("dynamic walk");
    let born = ["2010-03-01", "2000-02-29", "2009-12-31", "2010-01-01", "1980-10-31", "2010-10-25"];
    let row = |(place, born): (usize, &&str)| {
        let enrolled = day(FIRST) - TimeDelta::days(40 * i64::try_from(place).unwrap());
        json!({"number": format!("m{place}"), "birthDate": born, "enrolledAt": ends(enrolled)[place % 2],
            "attributes": {"bought": enrolled.to_string()}})
    };
    send(&first, UPSERT, born.iter().enumerate().map(row).collect()).await;
    for (key, rule) in rules() {
        dynamic(&first, key, rule).await;
    }
    let mut today = day(FIRST);
    let mut flips = 0;
    for step in 0..DAYS {
        today += TimeDelta::days(1);
        // Now and then nobody looks at the shop for a week.
        if step % 97 == 50 {
            today += TimeDelta::days(7);
        }
        let app = Arc::new(reopened(&first, today).await);
        app.verify().await;
        if random.random_ratio(1, 3) {
            let at = ends(today)[random.random_range(0..2)].clone();
            happen(&app, &mut random, step, &at, today).await;
        }
        flips += 1;
        app.verify().await;
        app.stop().await;
    }
    assert!(flips >= DAYS);
    let reasons: Vec<String> = events(&reopened(&first, today).await, "spent-30").await;
    assert!(reasons.iter().any(|one| one.ends_with("LEFT TIME_PASSED")), "{reasons:?}");
    assert!(reasons.iter().any(|one| one.ends_with("JOINED DATA_CHANGED")), "{reasons:?}");
}

async fn happen(app: &TestApp, random: &mut tests::Random, step: i64, at: &str, today: NaiveDate) {
    let mut number = || json!({"number": format!("m{}", random.random_range(0..6))});
    let (one, other, third) = (number(), number(), number());
    let sale = json!([{"document": format!("s{step}"), "member": one, "amount": "30", "at": at}]);
    make(app, RECORD, sale).await;
    make(
        app,
        POINTS,
        json!([{"member": other, "kind": "EARNED", "points": 15, "at": at, "document": format!("p{step}")}]),
    )
    .await;
    make(
        app,
        FEEDBACK,
        json!([{"member": third, "survey": "nps", "score": 9, "at": at, "document": format!("f{step}")}]),
    )
    .await;
    if step % 5 == 0 {
        let back = json!([{"document": format!("r{step}"), "kind": "RETURN", "returnsDocument": format!("s{step}"), "amount": "30", "at": at}]);
        make(app, RECORD, back).await;
    }
    let mut moved = other;
    moved["attributes"] = json!({"bought": today.to_string()});
    send(app, UPSERT, json!([moved])).await;
}

/// The week is caught up once, on the day on which somebody looks again.
#[test]
fn a_missed_week_is_caught_up_once() {
    run(Database::Sqlite, "2026-03-01", missed);
}

#[test]
fn a_missed_week_is_caught_up_once_on_postgres() {
    run(Database::Postgres, "2026-03-01", missed);
}

async fn missed(first: Arc<TestApp>) {
    crate::calls::members(&first, &["m1", "m2"]).await;
    dynamic(&first, "week", spent(7, 10)).await;
    dynamic(&first, "out", json!({"not": of_segment("week")})).await;
    let sale = |document: &str, number: &str, on: &str| json!({"document": document, "member": {"number": number}, "amount": "10", "at": ends(day(on))[0]});
    make(&first, RECORD, json!([sale("a", "m1", "2026-02-25"), sale("b", "m2", "2026-03-01")])).await;
    assert_eq!(belonging(&first, "week").await, ["m1", "m2"]);
    // Two servers wake at once and do it together.
    let ((one, _keep), (other, _too)) =
        (unrolled(&first, day("2026-03-08")).await, unrolled(&first, day("2026-03-08")).await);
    tessera::figures::roll::to_today(&one).await.unwrap();
    let (a, b) = tokio::join!(tessera::membership::to_today(&one), tessera::membership::to_today(&other));
    assert!(a.unwrap() | b.unwrap());
    assert!(!tessera::membership::to_today(&one).await.unwrap(), "it is done");
    let app = reopened(&first, day("2026-03-08")).await;
    assert!(belonging(&app, "week").await.is_empty());
    assert_eq!(events(&app, "week").await[2..], ["m1 LEFT TIME_PASSED", "m2 LEFT TIME_PASSED"]);
    assert_eq!(events(&app, "out").await[4..], ["m1 JOINED SEGMENT_CHANGED", "m2 JOINED SEGMENT_CHANGED"]);
    evaluated(&app.app).await;
    app.verify().await;
    app.stop().await;
}
