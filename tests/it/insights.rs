//! Figures over everybody: of a small shop, worked out by hand; of nobody; and what cannot be asked.

mod arrival;
mod equal;
mod files;
mod kept;
mod model;

use std::sync::Arc;

use serde_json::{Value, json};
use tessera::config::Settings;
use tests::{Database, TestApp, on_both};

use crate::calls::{FEEDBACK, POINTS, RECORD, make, members, segment};

/// Noon of a day.
fn noon(day: &str) -> String {
    format!("{day}T12:00:00Z")
}

fn standing(settings: &mut Settings) {
    settings.today = "2026-06-30".parse().ok();
    settings.gross_margin = "0.5".parse().ok();
}

/// Five customers, and one who never bought.
async fn fill(app: &TestApp) {
    members(app, &["a", "b", "c", "d", "e", "p"]).await;
    let sales = [
        ("a", "100", vec!["2026-06-20", "2026-05-20", "2026-04-20"]),
        ("b", "10", vec!["2026-03-01", "2026-02-19", "2026-02-09"]),
        ("c", "50", vec!["2026-06-25"]),
        ("d", "20", vec!["2025-01-01"]),
        ("e", "5", vec!["2026-06-01", "2026-06-29"]),
    ];
    let sale = |number: &str, amount: &str, day: &str| json!({"document": format!("{number}{day}"), "member": {"number": number}, "amount": amount, "at": noon(day)});
    let sales = sales.iter().flat_map(|(number, amount, days)| days.iter().map(move |day| sale(number, amount, day)));
    make(app, RECORD, sales.collect()).await;
    let entries = [
        ("a", "EARNED", 300, "2026-01-01", Some("purchase")),
        ("a", "EARNED", 300, "2026-01-11", Some("purchase")),
        ("a", "REDEEMED", 200, "2026-01-31", None),
        ("b", "EARNED", 500, "2026-02-01", Some("Purchase")),
        ("c", "EARNED", 100, "2026-03-01", None),
        ("c", "EXPIRED", 50, "2026-06-01", None),
        ("e", "ADJUSTED", -10, "2026-04-01", None),
    ];
    let entries = entries.iter().map(|(number, kind, points, day, origin)| {
        json!({"document": format!("{number}{kind}{day}"), "member": {"number": number}, "kind": kind, "points": points, "at": noon(day), "origin": origin})
    });
    make(app, POINTS, entries.collect()).await;
    let answers = [
        ("a", "nps", 9, "2026-06-01"),
        ("a", "nps", 3, "2026-06-10"),
        ("b", "NPS", 10, "2026-06-02"),
        ("c", "nps", 8, "2026-06-03"),
        ("d", "other", 9, "2026-06-04"),
    ];
    let answers = answers.iter().map(|(number, survey, score, day)| {
        json!({"document": format!("{number}{day}"), "member": {"number": number}, "survey": survey, "score": score, "at": noon(day)})
    });
    make(app, FEEDBACK, answers.collect()).await;
}

async fn ask(app: &TestApp, question: &str) -> Value {
    app.graphql(&format!("{{ {question} }}"), json!({})).await.as_object().unwrap().values().next().unwrap().clone()
}

const RFM: &str = "rfm { asOf notes cells { recencyScore frequencyScore members spending { amount } }
    groups { group members spending { amount } averageClv { amount } } }";
const MISSING: &str = "missingMembers { notes multiple missing present insufficientHistory missingValue { amount }
    backTest { multiple horizonDays flagged stayedAway unflaggedStayedAway } }";
const SUMS: &str = "notes from to earned redeemed expired adjusted outstanding earners redeemers averageEarnedPerMember
    redemptionRate memberRedemptionRate breakage byOrigin { origin earned }
    medianDaysToAccumulate medianDaysToRedeem notYetRedeemed series { date earned redeemed expired }";
const NPS: &str = "score responses promoters passives detractors low high";

async fn a_small_shop(app: Arc<TestApp>) {
    fill(&app).await;
    rfm(&app).await;
    missing(&app).await;
    points(&app).await;
    nps(&app).await;
}

async fn rfm(app: &TestApp) {
    let rfm = ask(app, RFM).await;
    // The end of yesterday.
    assert_eq!((&rfm["asOf"], &rfm["notes"]), (&json!("2026-06-30T00:00:00.000Z"), &json!([])), "{rfm}");
    let members: Vec<&Value> = rfm["groups"].as_array().unwrap().iter().filter(|group| group["members"] != 0).collect();
    let group = |group: &str, members: i64, spending: &str, clv: &str| json!({"group": group, "members": members, "spending": {"amount": spending}, "averageClv": {"amount": clv}});
    // R 3, 2, 4, 1, 5; F 4, 4, 1, 1, 3; M 5, 3, 4, 2, 1 of a to e.
    assert_eq!(
        members,
        [
            &group("LOYAL", 1, "300.00", "150.00"),
            &group("ACTIVE", 2, "60.00", "15.00"),
            &group("AT_RISK", 1, "30.00", "15.00"),
            &group("DORMANT", 1, "20.00", "10.00"),
            &group("PROSPECTS", 1, "0.00", "0.00"),
        ]
    );
    assert_eq!(rfm["groups"].as_array().unwrap().len(), 11);
    let cells = rfm["cells"].as_array().unwrap();
    let filled: Vec<(i64, i64)> = cells
        .iter()
        .filter(|cell| cell["members"] == 1)
        .map(|cell| (cell["recencyScore"].as_i64().unwrap(), cell["frequencyScore"].as_i64().unwrap()))
        .collect();
    assert_eq!((cells.len(), filled), (25, vec![(1, 1), (2, 4), (3, 4), (4, 1), (5, 3)]));
}

async fn missing(app: &TestApp) {
    let missing = ask(app, MISSING).await;
    let counts = ["multiple", "missing", "present", "insufficientHistory"].map(|name| missing[name].as_f64().unwrap());
    assert_eq!((counts, &missing["missingValue"]["amount"]), ([2.0, 1.0, 1.0, 4.0], &json!("15.00")), "{missing}");
    // 30 and 90 days ago b was silent for longer than 20 days, and stayed away; 180 days ago nobody had a rhythm. a, who has one
    // since June 20, had two purchase days 30 days ago.
    let tests: Vec<[&Value; 4]> = missing["backTest"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| ["horizonDays", "flagged", "stayedAway", "unflaggedStayedAway"].map(|name| &test[name]))
        .collect();
    let null = Value::Null;
    let (one, share) = (json!(1), json!(1.0));
    let days = [json!(30), json!(90), json!(180)];
    let none = json!(0);
    assert_eq!(
        tests,
        [[&days[0], &one, &share, &null], [&days[1], &one, &share, &null], [&days[2], &none, &null, &null]],
        "{missing}"
    );
    let patient = ask(app, "missingMembers(multiple: 13) { missing present }").await;
    assert_eq!(patient, json!({"missing": 0, "present": 2}), "121 days are not more than 13 times 10");
}

async fn points(app: &TestApp) {
    let point = |date: &str, earned: &str, redeemed: &str, expired: &str| json!({"date": date, "earned": earned, "redeemed": redeemed, "expired": expired});
    assert_eq!(
        ask(app, &format!("pointsAnalysis {{ {SUMS} }}")).await,
        json!({"notes": [], "from": null, "to": null, "earned": "1200", "redeemed": "200", "expired": "50", "adjusted": "-10",
            "outstanding": "940", "earners": 3, "redeemers": 1, "averageEarnedPerMember": 300.0,
            "redemptionRate": 200.0 / 1200.0, "memberRedemptionRate": 1.0 / 3.0, "breakage": 0.2,
            "byOrigin": [{"origin": "purchase", "earned": "1100"}, {"origin": "", "earned": "100"}],
            "medianDaysToAccumulate": 5.0, "medianDaysToRedeem": 20.0, "notYetRedeemed": 1,
            "series": [point("2026-01-01", "600", "200", "0"), point("2026-02-01", "500", "0", "0"), point("2026-03-01", "100", "0", "0"),
                point("2026-04-01", "0", "0", "0"), point("2026-05-01", "0", "0", "0"), point("2026-06-01", "0", "0", "50")]})
    );
    let february = ask(
        app,
        "pointsAnalysis(from: \"2026-02-01\", to: \"2026-02-28\") { notes from to earned outstanding breakage
        cheap: notYetRedeemed(rewardCost: 100) medianDaysToRedeem series(interval: WEEK) { date earned } }",
    )
    .await;
    assert_eq!(
        (&february["earned"], &february["outstanding"], &february["breakage"]),
        (&json!("500"), &json!("500"), &Value::Null)
    );
    assert_eq!(
        (&february["from"], &february["to"], &february["cheap"]),
        (&json!("2026-02-01"), &json!("2026-02-28"), &json!(1))
    );
    let notes = february["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap());
    let begin = ["Outstanding is what", "For a reward of 100 points: Fewer", "For a reward of 500 points: Fewer"];
    assert!(
        notes.clone().count() == begin.len() && notes.zip(begin).all(|(note, begin)| note.starts_with(begin)),
        "{february}"
    );
    // February 1 is a Sunday.
    assert_eq!(february["series"][0], json!({"date": "2026-01-26", "earned": "500"}));
    assert_eq!(february["series"].as_array().unwrap().len(), 5);
}

async fn nps(app: &TestApp) {
    segment(app, "some", &["b", "c"]).await;
    let counted = async |arguments: &str| {
        let nps = ask(app, &format!("nps{arguments} {{ {NPS} }}")).await;
        let counts = ["responses", "promoters", "passives", "detractors"].map(|name| nps[name].as_i64().unwrap());
        (nps["score"].as_f64(), counts, nps)
    };
    let (score, counts, all) = counted("").await;
    assert_eq!((score, counts), (Some(25.0), [4, 2, 1, 1]));
    // Three pseudo-responses: ¾ promoters, 1½ passives, ¾ detractors.
    let (promoters, detractors) = (2.75 / 7.0, 1.75 / 7.0);
    let difference: f64 = promoters - detractors;
    let error = 1.959_963_984_540_054 * ((promoters + detractors - difference * difference) / 7.0_f64).sqrt();
    for (name, expected) in [("low", difference - error), ("high", difference + error)] {
        assert!((all[name].as_f64().unwrap() - 100.0 * expected).abs() < 1e-9, "{name}: {all}");
    }
    for (arguments, score, counts) in [
        ("(survey: \"NpS\")", Some(0.0), [3, 1, 1, 1]),
        ("(from: \"2026-06-05\")", Some(-100.0), [1, 0, 0, 1]),
        ("(to: \"2026-06-01\")", Some(100.0), [1, 1, 0, 0]),
        ("(segment: {key: \"some\"})", Some(50.0), [2, 1, 1, 0]),
        ("(survey: \"unheard of\")", None, [0, 0, 0, 0]),
    ] {
        let (found, counted, _) = counted(arguments).await;
        assert_eq!((found, counted), (score, counts), "{arguments}");
    }
}

#[test]
fn a_small_shop_is_worked_out_by_hand() {
    for database in [Database::Sqlite, Database::Postgres] {
        for lens in [true, false] {
            let settings = |settings: &mut Settings| {
                standing(settings);
                settings.lens = lens;
            };
            tests::run_with(database, settings, a_small_shop);
        }
    }
}

on_both! {
    async fn of_nobody_there_is_nothing_to_say(app) {
        let rfm = ask(&app, RFM).await;
        assert!(rfm["groups"].as_array().unwrap().iter().all(|group| group["members"] == 0 && group["averageClv"].is_null()), "{rfm}");
        let missing = ask(&app, MISSING).await;
        assert_eq!((&missing["missing"], &missing["missingValue"]["amount"]), (&json!(0), &json!("0.00")));
        assert!(missing["backTest"].as_array().unwrap().iter().all(|test| test["flagged"] == 0 && test["stayedAway"].is_null()));
        let points = ask(&app, &format!("pointsAnalysis {{ {SUMS} }}")).await;
        for name in ["averageEarnedPerMember", "redemptionRate", "memberRedemptionRate", "breakage", "medianDaysToAccumulate", "medianDaysToRedeem"] {
            assert_eq!(points[name], Value::Null, "{name}");
        }
        assert_eq!((&points["earned"], &points["series"], &points["byOrigin"]), (&json!("0"), &json!([]), &json!([])));
        let nps = ask(&app, &format!("nps {{ {NPS} }}")).await;
        assert_eq!((&nps["score"], &nps["low"], &nps["responses"]), (&Value::Null, &Value::Null, &json!(0)));
        let snapshot = ask(&app, &format!("valueSnapshot {{ notes members {{ {} }} nonMembers {{ {} }} }}", equal::GROUP, equal::GROUP)).await;
        let nothing = json!({"customers": 0, "transactions": 0, "revenue": {"amount": "0.00"}, "averageOrderValue": null, "averageOrders": null, "averageSpending": null});
        assert_eq!((&snapshot["members"], &snapshot["nonMembers"]), (&nothing, &nothing));
        // It began today, and there are no data.
        assert_eq!(snapshot["notes"].as_array().map(Vec::len), Some(2), "{snapshot}");
        assert_eq!(ask(&app, "retention(from: \"2020-01-01\", to: \"2026-01-01\") { size }").await, json!([]));
        let revenue = ask(&app, "revenue(from: \"2026-01-01\", to: \"2026-02-28\") { date revenue { amount } transactions members averageTransactionValue { amount } }").await;
        let point = |date: &str| json!({"date": date, "revenue": {"amount": "0.00"}, "transactions": 0, "members": 0, "averageTransactionValue": null});
        assert_eq!(revenue, json!([point("2026-01-01"), point("2026-02-01")]));
    }

    async fn what_cannot_be_asked_is_refused(app) {
        fill_one(&app).await;
        segment(&app, "some", &["a"]).await;
        for (question, named) in [
            ("missingMembers(multiple: 0) { missing }", "`multiple`"),
            ("missingMembers(multiple: -1) { missing }", "`multiple`"),
            ("missingMembers(multiple: 1e300) { missing }", "`multiple`"),
            ("pointsAnalysis(from: \"2026-02-02\", to: \"2026-02-01\") { earned }", "`from`"),
            ("pointsAnalysis { medianDaysToRedeem(rewardCost: 0) }", "`rewardCost`"),
            ("pointsAnalysis { notYetRedeemed(rewardCost: -5) }", "`rewardCost`"),
            ("pointsAnalysis(from: \"1950-01-01\") { series(interval: DAY) { earned } }", "points"),
            ("nps(from: \"2026-02-02\", to: \"2026-02-01\") { score }", "`from`"),
            ("nps(segment: {key: \"nothing\"}) { score }", "`segment`"),
            ("nps(survey: \"a survey whose name is longer than that of any survey may be\") { score }", "`survey`"),
            ("segment(ref: {key: \"some\"}) { nps(survey: \" \") { score } }", "`survey`"),
            ("nps(segment: {id: \"junk\"}) { score }", "`segment`"),
            ("valueSnapshot(from: \"2026-02-02\", to: \"2026-02-01\") { from }", "`from`"),
            ("valueSnapshot(from: \"2100-02-02\") { from }", "`from`"),
            ("valueSnapshot(from: \"junk\") { from }", "from"),
            ("retention(from: \"2026-02-02\", to: \"2026-02-01\") { size }", "`from`"),
            ("retention(from: \"0001-01-01\", to: \"2026-02-01\") { size }", "points"),
            ("retention(to: \"2026-02-01\") { size }", "from"),
            ("revenue(from: \"2026-02-02\", to: \"2026-02-01\") { date }", "`from`"),
            ("revenue(from: \"2010-02-02\", to: \"2026-02-01\", interval: DAY) { date }", "points"),
            ("revenue(from: \"1800-02-02\", to: \"9999-02-01\") { date }", "points"),
            ("segment(ref: {key: \"some\"}) { profile(by: COUNTRY, first: 0) { value } }", "first"),
            ("segment(ref: {key: \"some\"}) { profile(by: COUNTRY, first: 251) { value } }", "first"),
            ("segment(ref: {key: \"some\"}) { profile { value } }", "by"),
            ("segment(ref: {key: \"some\"}) { points { notYetRedeemed(rewardCost: 0) } }", "`rewardCost`"),
        ] {
            let answer = app.send(Some(&app.token), &format!("{{ {question} }}"), Value::Null).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{question}: {}", answer.body);
            let message = answer.body["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(named), "{question}: {message}");
        }
        // What lies in the future is empty, and no mistake.
        for (question, expected) in [
            ("revenue(from: \"2100-01-01\", to: \"2100-12-31\") { date }", json!([])),
            ("retention(from: \"2100-01-01\", to: \"2100-12-31\") { size }", json!([])),
            ("revenue(from: \"2026-01-01\", to: \"9999-12-31\", interval: MONTH) { members }", Value::Null),
        ] {
            let found = ask(&app, question).await;
            assert!(expected.is_null() || found == expected, "{question}: {found}");
        }
    }
}

async fn fill_one(app: &TestApp) {
    members(app, &["a"]).await;
    let entry = json!({"document": "a", "member": {"number": "a"}, "kind": "EARNED", "points": 1, "at": crate::calls::days(-1)});
    make(app, POINTS, json!([entry])).await;
}
