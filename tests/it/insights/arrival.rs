//! In which order documents of one instant arrive changes no figure, and points of a segment begin with its own.

use serde_json::{Value, json};
use tests::{Database, TestApp, run_with};

use super::{noon, standing};
use crate::calls::{FEEDBACK, POINTS, RECORD, make, members, segment};

const DAY: &str = "2026-05-04";
const FIGURES: &str = "query($key: String!) { segment(ref: {key: $key}) {
    points { notes earned redeemed medianDaysToAccumulate medianDaysToRedeem notYetRedeemed series(interval: DAY) { date earned } }
    nps { score promoters detractors } snapshot { notes nonMembers { customers revenue { amount } } } } }";

/// Records the same of a member, one thing after the other.
async fn record(app: &TestApp, number: &str, is_backwards: bool) {
    let member = json!({"number": number});
    let sale = |amount: &str| json!({"document": format!("{number} {amount}"), "member": member, "amount": amount, "at": noon(DAY)});
    let entry = |kind: &str| json!({"document": kind, "member": member, "kind": kind, "points": 500, "at": noon(DAY)});
    let answer = |score: i64| json!({"document": score.to_string(), "member": member, "survey": "s", "score": score, "at": noon(DAY)});
    let mut calls = vec![
        (RECORD, sale("1")),
        (RECORD, sale("90")),
        (POINTS, entry("EARNED")),
        (POINTS, entry("REDEEMED")),
        (FEEDBACK, answer(2)),
        (FEEDBACK, answer(10)),
    ];
    if is_backwards {
        calls.reverse();
    }
    for (call, row) in calls {
        make(app, call, json!([row])).await;
    }
}

async fn compared(app: &TestApp) {
    members(app, &["a", "b"]).await;
    for (number, is_backwards) in [("a", false), ("b", true)] {
        segment(app, number, &[number]).await;
        record(app, number, is_backwards).await;
    }
    let told = async |key: &str| app.graphql(FIGURES, json!({"key": key})).await["segment"].clone();
    let (one, other) = (told("a").await, told("b").await);
    assert_eq!(one, other);
    let points = &one["points"];
    let counts = ["medianDaysToAccumulate", "medianDaysToRedeem", "notYetRedeemed"].map(|name| points[name].clone());
    assert_eq!(counts, [json!(0.0), json!(0.0), json!(0)], "{points}");
    assert_eq!((&points["notes"], &points["series"][0]), (&json!([]), &json!({"date": DAY, "earned": "500"})));
    assert_eq!(one["nps"]["promoters"], 1, "{one}");
}

/// Nobody's points but of one who came long after all others.
async fn of_newcomers(app: &TestApp) {
    members(app, &["old", "new", "none"]).await;
    let entry = |number: &str, day: &str| json!({"document": day, "member": {"number": number}, "kind": "EARNED", "points": 5, "at": noon(day)});
    make(app, POINTS, json!([entry("old", "2015-01-01"), entry("new", "2026-06-29")])).await;
    segment(app, "lately", &["new"]).await;
    segment(app, "never", &["none"]).await;
    let course =
        "query($key: String!) { segment(ref: {key: $key}) { points { notes series(interval: DAY) { date earned } } } }";
    let told = async |key: &str| app.graphql(course, json!({"key": key})).await["segment"]["points"].clone();
    let days = [("2026-06-29", "5"), ("2026-06-30", "0")].map(|(date, earned)| json!({"date": date, "earned": earned}));
    assert_eq!(told("lately").await, json!({"notes": [], "series": days}));
    let never = told("never").await;
    assert_eq!((never["notes"].as_array().map(Vec::len), &never["series"]), (Some(1), &json!([])), "{never}");
    let missed = "{ pointsAnalysis { notes low: notYetRedeemed(rewardCost: 5) medianDaysToRedeem(rewardCost: 5) } }";
    let shown: Value = app.graphql(missed, json!({})).await["pointsAnalysis"].clone();
    let told = "For a reward of 5 points: Fewer than half of those who could redeem are known to have done so, so there is no median yet.";
    assert_eq!(shown, json!({"notes": [told], "low": 2, "medianDaysToRedeem": null}));
    // However a reward is asked for, and beside whichever others.
    let otherwise = "query($cost: Int! = 7) { pointsAnalysis { ...Of @include(if: true)
            ... on PointsAnalysis { dear: notYetRedeemed(rewardCost: 100) skipped: notYetRedeemed(rewardCost: 9) @skip(if: true) } } }
        fragment Of on PointsAnalysis { named: notYetRedeemed(rewardCost: $cost) }";
    for (variables, named) in [(json!({"cost": 5}), 2), (json!({}), 0)] {
        let shown = app.graphql(otherwise, variables).await["pointsAnalysis"].clone();
        assert_eq!(shown, json!({"named": named, "dear": 0}));
    }
}

fn check(database: Database) {
    run_with(database, standing, |app| async move {
        of_newcomers(&app).await;
        compared(&app).await;
    });
}

#[test]
fn what_arrives_in_another_order_is_the_same_on_sqlite() {
    check(Database::Sqlite);
}

#[test]
fn what_arrives_in_another_order_is_the_same_on_postgres() {
    check(Database::Postgres);
}
