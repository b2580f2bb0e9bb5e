//! A preview shows what the segment shows once it is made, field by field.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::{TODAY, numbers, pin, preview, rules, shop};
use crate::calls::{RECORD, make, segment};
use crate::dynamic::{belonging, change_rule, country, dynamic, evaluated, of_segment};
use crate::roll::run;

const FIGURES: &[&str] = &[
    "memberCount",
    "reachableCount",
    "averageTransactionValue",
    "averageTransactions",
    "averageSpending",
    "averageClv",
];
const SHOWN: &str = "query($r: SegmentRef!) { segment(ref: $r) { ruleText memberCount reachableCount
    averageTransactionValue { amount currencyCode } averageTransactions averageSpending { amount } averageClv { amount } } }";

fn figures(object: &Value) -> Vec<&Value> {
    FIGURES.iter().map(|name| &object[*name]).collect()
}

#[test]
fn previews_are_what_segments_become_on_sqlite() {
    run(Database::Sqlite, TODAY, becomes);
}

#[test]
fn previews_are_what_segments_become_on_postgres() {
    run(Database::Postgres, TODAY, becomes);
}

async fn becomes(app: Arc<TestApp>) {
    shop(&app).await;
    segment(&app, "list", &["m2", "m4", "m6"]).await;
    let named = json!({"all": [of_segment("list"), {"not": country("FR")}]});
    let mut sizes = Vec::new();
    for (place, rule) in rules().into_iter().chain([named]).enumerate() {
        let before = preview(&app, rule.clone(), None).await;
        let key = format!("s{place}");
        dynamic(&app, &key, rule.clone()).await;
        let shown = app.graphql(SHOWN, json!({"r": {"key": key}})).await["segment"].clone();
        assert_eq!(figures(&before), figures(&shown), "{rule}");
        assert_eq!(before["text"], shown["ruleText"], "{rule}");
        assert_eq!(numbers(&before["sample"]), belonging(&app, &key).await, "{rule}");
        assert_eq!((&before["wouldJoin"], &before["wouldLeave"]), (&Value::Null, &Value::Null));
        assert_eq!((&before["joiners"], &before["leavers"]), (&json!([]), &json!([])));
        assert_eq!(before["asOf"], "2026-03-30T21:59:59.999Z");
        assert!(before["durationMs"].as_i64().is_some_and(|took| took < 10_000), "{before}");
        // In its own place it changes nothing.
        let again = preview(&app, rule, Some(&key)).await;
        assert_eq!((&again["wouldJoin"], &again["wouldLeave"]), (&json!(0), &json!(0)), "{again}");
        assert_eq!(figures(&again), figures(&shown));
        sizes.push(shown["memberCount"].as_u64().unwrap());
    }
    // What the rules let through was worked out by hand, so that not both are wrong.
    assert_eq!(sizes[..18], [6, 0, 3, 2, 3, 1, 2, 2, 1, 1, 2, 3, 1, 1, 1, 1, 2, 2]);
    // Everybody: 551.41 + 50 − 5 + 9.99 over 3 + 1 + 1 + 1 purchases; all but 100.01 lies in the last 12 months.
    let everybody = preview(&app, json!({"everyone": true}), None).await;
    let expected = json!({"amount": "101.07", "currencyCode": "EUR"});
    assert_eq!(everybody["averageTransactionValue"], expected);
    assert_eq!((&everybody["reachableCount"], &everybody["averageTransactions"]), (&json!(3), &json!(1.0)));
    assert_eq!(
        (&everybody["averageSpending"]["amount"], &everybody["averageClv"]["amount"]),
        (&json!("84.40"), &json!("35.37"))
    );
    // What was recorded a moment ago is seen.
    make(
        &app,
        RECORD,
        json!([{"document": "z", "member": {"number": "m6"}, "amount": "1", "at": "2026-03-30T12:00:00Z"}]),
    )
    .await;
    let bought = json!({"transactions": {"measure": "COUNT", "is": {"gte": 1}}});
    assert_eq!(numbers(&preview(&app, bought, None).await["sample"]), ["m1", "m2", "m4", "m5", "m6"]);
}

#[test]
fn previews_tell_who_would_come_and_go_on_sqlite() {
    run(Database::Sqlite, TODAY, turnover);
}

#[test]
fn previews_tell_who_would_come_and_go_on_postgres() {
    run(Database::Postgres, TODAY, turnover);
}

async fn turnover(app: Arc<TestApp>) {
    shop(&app).await;
    dynamic(&app, "poles", country("PL")).await;
    pin(&app, "poles", &["m2", "m6"], true).await;
    pin(&app, "poles", &["m1"], false).await;
    assert_eq!(belonging(&app, "poles").await, ["m2", "m3", "m5", "m6"]);
    // By the rule m1, m2 and m3, of whom m1 stays out; m6 stays in.
    let tiers = json!({"profile": {"tier": {"in": ["gold", "silver"]}}});
    let found = preview(&app, tiers.clone(), Some("poles")).await;
    assert_eq!(numbers(&found["sample"]), ["m2", "m3", "m6"]);
    assert_eq!((&found["wouldJoin"], &found["wouldLeave"]), (&json!(0), &json!(1)));
    assert_eq!(numbers(&found["leavers"]), ["m5"]);
    let french = preview(&app, country("FR"), Some("poles")).await;
    assert_eq!(numbers(&french["sample"]), ["m2", "m4", "m6"]);
    assert_eq!(
        (numbers(&french["joiners"]), numbers(&french["leavers"])),
        (vec!["m4".to_owned()], vec!["m3".to_owned(), "m5".to_owned()])
    );
    // Nothing was saved; and once the rule is, what was told comes true.
    assert_eq!(belonging(&app, "poles").await, ["m2", "m3", "m5", "m6"]);
    change_rule(&app, "poles", country("FR")).await;
    evaluated(&app.app).await;
    assert_eq!(belonging(&app, "poles").await, ["m2", "m4", "m6"]);
    // Beside a list that was made by hand, which it may name.
    segment(&app, "list", &["m3", "m4"]).await;
    let narrowed = json!({"all": [of_segment("list"), country("PL")]});
    let found = preview(&app, narrowed, Some("list")).await;
    assert_eq!((numbers(&found["sample"]), numbers(&found["leavers"])), (vec!["m3".to_owned()], vec!["m4".to_owned()]));
    // A part of a list is asked for by its length.
    let query = "query($n: Int) { previewRule(rule: {everyone: true}) { sample(first: $n) { number } all: sample { number } } }";
    let some = app.graphql(query, json!({"n": 2})).await;
    assert_eq!(numbers(&some["previewRule"]["sample"]), ["m1", "m2"]);
    assert_eq!(some["previewRule"]["all"].as_array().map(Vec::len), Some(6));
    for length in [0, 251, -1] {
        let answer = app.send(Some(&app.token), query, json!({"n": length})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    }
}
