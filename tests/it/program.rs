//! The programme changes while the server runs, and every process follows.

mod zone;

use engine::calendar::Zone;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Database, TestApp, on_both};

use crate::calls::{RECORD, figures, make, members, metrics, segment};

pub const UPDATE: &str = "mutation($input: UpdateProgramInput!) { updateProgram(input: $input) {
    program { name timeZone launchedOn grossMargin rewardCostPerPoint returnHandlingCost today currencyCode }
    job { id kind status } userErrors { code field message } } }";
const PROGRAM: &str =
    "{ program { name timeZone launchedOn grossMargin rewardCostPerPoint returnHandlingCost today currencyCode } }";

pub async fn update(app: &TestApp, input: Value) -> Value {
    app.graphql(UPDATE, json!({ "input": input })).await["updateProgram"].clone()
}

async fn program(app: &TestApp) -> Value {
    app.graphql(PROGRAM, json!({})).await["program"].clone()
}

fn refused(payload: &Value) -> Vec<String> {
    assert_eq!((&payload["program"], &payload["job"]), (&Value::Null, &Value::Null), "{payload}");
    let one = |error: &Value| {
        assert_eq!(error["field"][0], "input");
        format!("{} {}", error["field"][1].as_str().unwrap(), error["code"].as_str().unwrap())
    };
    payload["userErrors"].as_array().unwrap().iter().map(one).collect()
}

on_both! {
    async fn what_is_given_changes_and_the_rest_stays(app) {
        let before = program(&app).await;
        let mut expected = before.clone();
        for (field, given, shown) in [
            ("name", json!(" The Club "), "The Club"),
            ("launchedOn", json!("2019-05-01"), "2019-05-01"),
            ("grossMargin", json!("0.250"), "0.25"),
            ("rewardCostPerPoint", json!("0.005"), "0.005"),
            ("returnHandlingCost", json!(3.5), "3.5"),
        ] {
            expected[field] = json!(shown);
            let changed = update(&app, json!({ field: given })).await;
            assert_eq!(changed, json!({"program": expected, "job": null, "userErrors": []}));
            assert_eq!(program(&app).await, expected);
        }
        // The same once more, as other spellings of the same numbers, changes nothing.
        let same = json!({"name": "The Club", "timeZone": "UTC", "grossMargin": "0.2500", "returnHandlingCost": "3.50"});
        assert_eq!(update(&app, same).await, json!({"program": expected, "job": null, "userErrors": []}));
        assert_eq!(update(&app, json!({})).await["program"], expected);
        // Null unsets what has something that holds when it is not set.
        let unset = update(&app, json!({"grossMargin": null, "rewardCostPerPoint": null, "returnHandlingCost": null})).await;
        for (field, value) in [("grossMargin", "1"), ("rewardCostPerPoint", "0"), ("returnHandlingCost", "0")] {
            expected[field] = json!(value);
        }
        assert_eq!(unset["program"], expected);
    }

    async fn mistakes_are_named_all_at_once_and_change_nothing(app) {
        let before = program(&app).await;
        for (input, expected) in [
            (json!({"name": ""}), vec!["name BLANK"]),
            (json!({"name": "x".repeat(201)}), vec!["name TOO_LONG"]),
            (json!({"name": null, "timeZone": null, "launchedOn": null}), vec!["name BLANK", "timeZone BLANK", "launchedOn BLANK"]),
            (json!({"timeZone": "Mars/Olympus"}), vec!["timeZone INVALID"]),
            (json!({"timeZone": "\0"}), vec!["timeZone INVALID"]),
            (json!({"launchedOn": "1899-12-31"}), vec!["launchedOn INVALID"]),
            (json!({"grossMargin": "1.000001"}), vec!["grossMargin INVALID"]),
            (json!({"grossMargin": "-0.1"}), vec!["grossMargin INVALID"]),
            (json!({"grossMargin": "0.1234567"}), vec!["grossMargin INVALID"]),
            (json!({"rewardCostPerPoint": "-1"}), vec!["rewardCostPerPoint INVALID"]),
            (json!({"returnHandlingCost": "1000000000.1"}), vec!["returnHandlingCost INVALID"]),
            (json!({"name": "\t", "timeZone": "x", "grossMargin": 2, "returnHandlingCost": -1}),
                vec!["name BLANK", "timeZone INVALID", "grossMargin INVALID", "returnHandlingCost INVALID"]),
        ] {
            let mut with_more = input.clone();
            if with_more.get("name").is_none() {
                with_more["name"] = json!("Never");
            }
            assert_eq!(refused(&update(&app, with_more).await), expected, "{input}");
        }
        assert_eq!(program(&app).await, before);
    }

    async fn a_margin_moves_every_lifetime_value(app) {
        members(&app, &["m1", "m2", "m3"]).await;
        segment(&app, "two", &["m1", "m2"]).await;
        segment(&app, "one", &["m3"]).await;
        segment(&app, "none", &[]).await;
        let row = |document: &str, member: &str, amount: &str| json!({"document": document, "member": {"number": member}, "amount": amount, "at": "2024-01-05T10:00:00Z"});
        make(&app, RECORD, json!([row("a", "m1", "10.01"), row("b", "m2", "20.00"), row("c", "m3", "33.33")])).await;
        for margin in ["0.5", "0.333333", "0", "1"] {
            update(&app, json!({ "grossMargin": margin })).await;
            let share: Decimal = margin.parse().unwrap();
            let expected = |sum: &str, of: i64| -> String {
                let exact = sum.parse::<Decimal>().unwrap() * share / Decimal::from(of);
                let mut rounded = exact.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointNearestEven);
                rounded.rescale(2);
                rounded.to_string()
            };
            assert_eq!(figures(&app, "two").await["averageClv"], expected("30.01", 2), "{margin}");
            assert_eq!(figures(&app, "one").await["averageClv"], expected("33.33", 1), "{margin}");
            assert_eq!(figures(&app, "none").await["averageClv"], Value::Null, "{margin}");
            assert_eq!(metrics(&app, "m3").await["historicClv"], expected("33.33", 1), "{margin}");
            app.verify().await;
        }
    }

    async fn margins_and_sales_at_once_stay_exact(app) {
        members(&app, &["m1", "m2"]).await;
        segment(&app, "both", &["m1", "m2"]).await;
        let selling = (0..12).map(|turn| {
            let app = &app;
            async move {
                let member = format!("m{}", turn % 2 + 1);
                let row = json!({"document": turn.to_string(), "member": {"number": member}, "amount": "7.77", "at": "2024-01-05T10:00:00Z"});
                make(app, RECORD, json!([row])).await;
            }
        });
        let changing = (1..=9).map(|tenth| update(&app, json!({"grossMargin": format!("0.{tenth}")})));
        let (_, changed) = futures::join!(futures::future::join_all(selling), futures::future::join_all(changing));
        assert!(changed.iter().all(|payload| payload["userErrors"] == json!([])));
        app.verify().await;
    }

    async fn a_start_with_other_settings_is_told_so(app) {
        update(&app, json!({"timeZone": "Asia/Tokyo", "name": "The Club"})).await;
        let open = async |zone: &str| {
            let settings = tessera::config::Settings {
                database_url: app.url.as_str().into(),
                data_dir: app.folder().to_path_buf(),
                time_zone: Zone::from_name(zone),
                ..tessera::config::Settings::default()
            };
            tessera::app::App::open(settings).await
        };
        let Err(error) = open("UTC").await else { panic!("it started") };
        assert!(error.to_string().contains("time_zone is given as UTC, but the database's programme has Asia/Tokyo"), "{error}");
        let right = open("Asia/Tokyo").await.unwrap();
        assert_eq!(right.program().name, "The Club");
        right.db.close().await.unwrap();
        tessera::figures::roll::to_today(&app.app).await.unwrap();
    }
}

/// A second server on the same database.
pub async fn beside(app: &TestApp) -> TestApp {
    TestApp::open(app.database, app.url.clone(), TempDir::new().unwrap(), |_| {}).await
}

/// PostgreSQL tells the other process at once; it looks every second anyway.
#[test]
fn two_processes_agree_within_a_moment() {
    tests::run(Database::Postgres, async |app| {
        let other = beside(&app).await;
        let stop = tokio_util::sync::CancellationToken::new();
        let pace = tessera::worker::Pace::default();
        let worker = tessera::worker::Worker::new(other.app.clone(), tessera::worker::Handlers::default(), pace);
        let working = tokio::spawn(worker.run(stop.clone()));
        for round in 0..5 {
            let (name, margin) = (format!("Club {round}"), format!("0.{}", round + 1));
            update(&app, json!({"name": name, "grossMargin": margin})).await;
            let seen = async || program(&other).await;
            crate::jobs::until("the other process to follow", async || seen().await["name"] == name.as_str()).await;
            assert_eq!(seen().await, program(&app).await);
        }
        stop.cancel();
        working.await.unwrap();
        other.stop().await;
    });
}
