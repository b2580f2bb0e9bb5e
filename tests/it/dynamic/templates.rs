//! Ordinary segments to start from, all of a template or none.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{belonging, call, evaluated, mistakes};
use crate::calls::{POINTS, RECORD, UPSERT, days, make, send};

const TEMPLATE: &str = "mutation($i: TemplateInput!) { createSegmentsFromTemplate(input: $i) {
    segments { key name kind ruleText } userErrors { code field message } } }";

async fn from(app: &TestApp, template: &str, prefix: Option<&str>) -> Value {
    call(app, TEMPLATE, json!({"template": template, "namePrefix": prefix})).await
}

on_both! {
    async fn levels_part_the_members(app) {
        let numbers = ["high", "often", "sometimes", "gone", "never", "high-and-often"];
        crate::calls::members(&app, &numbers).await;
        let sale = |number: &str, place: usize, ago: i64| json!({"document": format!("{number}-{place}"),
            "member": {"number": number}, "amount": "5", "at": days(-ago)});
        let mut sales: Vec<Value> = (0..4).map(|place| sale("often", place, 10)).collect();
        sales.extend((0..5).map(|place| sale("high-and-often", place, 10)));
        sales.extend([sale("sometimes", 0, 100), sale("sometimes", 1, 181), sale("gone", 0, 182)]);
        make(&app, RECORD, json!(sales)).await;
        let points = |number: &str, points: i64, ago: i64| json!({"member": {"number": number}, "kind": "EARNED",
            "points": points, "at": days(-ago), "document": format!("{points}-{ago}")});
        make(&app, POINTS, json!([points("high", 501, 181), points("high-and-often", 600, 1), points("often", 500, 1),
            points("gone", 900, 182)])).await;
        let made = from(&app, "POINTS_LEVELS", Some("2026:")).await;
        let names: Vec<&str> = made["segments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["2026: High spenders", "2026: Frequent buyers", "2026: Occasional shoppers", "2026: Dormant"]);
        evaluated(&app.app).await;
        for (key, expected) in [
            ("2026-high-spenders", vec!["high", "high-and-often"]),
            ("2026-frequent-buyers", vec!["often"]),
            ("2026-occasional-shoppers", vec!["sometimes"]),
            ("2026-dormant", vec!["gone"]),
        ] {
            assert_eq!(belonging(&app, key).await, expected, "{key}");
        }
        // A second time the names are taken, and nothing is made.
        assert_eq!(mistakes(&from(&app, "POINTS_LEVELS", Some("2026:")).await), ["TAKEN input.namePrefix"]);
        assert_eq!(mistakes(&from(&app, "NEW_MEMBERS", Some(&"x".repeat(200))).await), ["TOO_LONG input.namePrefix"]);
        let data = app.graphql("{ segments { totalCount } }", json!({})).await;
        assert_eq!(data["segments"]["totalCount"], 4);
    }

    async fn newcomers_and_birthdays(app) {
        let today = chrono::Utc::now().date_naive();
        let born = |ahead: i64| (today + chrono::TimeDelta::days(ahead))
            .format("1980-%m-%d").to_string();
        // 29 February falls on 28 February in common years, and 1980 had one.
        send(&app, UPSERT, json!([
            {"number": "new", "enrolledAt": days(-29), "birthDate": born(7)},
            {"number": "old", "enrolledAt": days(-31), "birthDate": born(8)},
            {"number": "guest", "birthDate": born(3)},
        ])).await;
        from(&app, "NEW_MEMBERS", None).await;
        from(&app, "BIRTHDAY_SOON", None).await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "new-members").await, ["new"]);
        assert_eq!(belonging(&app, "birthday-soon").await, ["new"]);
    }
}
