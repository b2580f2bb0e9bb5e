//! Why a member is in or out, worked out by hand, on both sides of a change of clocks.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::pin;
use crate::calls::{RECORD, UPSERT, make, segment};
use crate::dynamic::{change_rule, country, create, dynamic, evaluated, of_segment, spent};
use crate::roll::{day, reopened, run};

const EXPLAIN: &str =
    "query($s: SegmentRef!, $m: MemberRef!) { segment(ref: $s) { explain(member: $m) { isMember since via pinned
    clauses { path text holds observed wouldFlip dueAt evidence { document } } } } }";

async fn explain(app: &TestApp, key: &str, number: &str) -> Value {
    let data = app.graphql(EXPLAIN, json!({"s": {"key": key}, "m": {"number": number}})).await;
    data["segment"]["explain"].clone()
}

/// A clause as one line: where, whether it holds, what was found, what would turn it, when, and the documents.
fn told(explanation: &Value) -> Vec<String> {
    let texts = |list: &Value, of: fn(&Value) -> &Value| {
        let texts = list.as_array().unwrap().iter().map(|one| of(one).as_str().unwrap());
        texts.collect::<Vec<_>>().join(".")
    };
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |clause: &Value| {
        let parts = [
            texts(&clause["path"], |step| step),
            clause["holds"].to_string(),
            word(&clause["observed"]),
            word(&clause["wouldFlip"]),
            word(&clause["dueAt"]),
            texts(&clause["evidence"], |document| &document["document"]),
        ];
        parts.join(" | ")
    };
    explanation["clauses"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn explanations_are_those_by_hand_on_sqlite() {
    run(Database::Sqlite, "2026-03-20", by_hand);
}

#[test]
fn explanations_are_those_by_hand_on_postgres() {
    run(Database::Postgres, "2026-03-20", by_hand);
}

/// Clocks go forward on 29 March.
async fn by_hand(app: Arc<TestApp>) {
    make(&app, UPSERT, json!([{"number": "m1", "country": "pl"}, {"number": "m2", "country": "DE"}])).await;
    let sale = |document: &str, member: &str, amount: &str, at: &str| json!({"document": document, "member": {"number": member}, "amount": amount, "at": at});
    make(
        &app,
        RECORD,
        json!([
            sale("a", "m1", "500", "2026-02-18T22:59:59Z"),
            // 24 February in Warsaw.
            sale("b", "m1", "60", "2026-02-23T23:00:00Z"),
            sale("c", "m1", "50.50", "2026-03-02T12:00:00Z"),
            sale("d", "m2", "31.20", "2026-03-20T12:00:00Z"),
        ]),
    )
    .await;
    segment(&app, "list", &["m2"]).await;
    let silent = json!({"transactions": {"measure": "DAYS_SINCE_LAST", "is": {"gte": 30}}});
    let rule = json!({"all": [spent(30, 100), country("PL"), {"not": of_segment("list")}, {"not": silent}]});
    dynamic(&app, "active", rule).await;

    let inside = explain(&app, "active", "m1").await;
    assert_eq!((&inside["isMember"], &inside["via"], &inside["pinned"]), (&json!(true), &json!("RULE"), &Value::Null));
    assert_eq!(inside["since"], "2026-03-20T22:59:59.999Z");
    // The sale of 24 February leaves the window on 26 March, in winter time; 30 days after 2 March it is summer.
    assert_eq!(
        told(&inside),
        [
            "rule | true | - | - | 2026-03-25T23:00:00.000Z | ",
            "rule.all.0 | true | 110.50 | 10.51 less spending | 2026-03-25T23:00:00.000Z | c.b",
            "rule.all.1 | true | pl | - | - | ",
            "rule.all.2 | true | - | - | - | ",
            "rule.all.2.not | false | no | - | - | ",
            "rule.all.3 | true | - | - | 2026-03-31T22:00:00.000Z | ",
            "rule.all.3.not | false | 18 | 12 more days since the last purchase | 2026-03-31T22:00:00.000Z | c.b.a",
        ]
    );
    let text = app.graphql("{ segment(ref: {key: \"active\"}) { ruleText } }", json!({})).await;
    assert_eq!(inside["clauses"][0]["text"], text["segment"]["ruleText"]);
    assert_eq!(inside["clauses"][1]["text"], "spending in the last 30 days is at least 100");
    assert_eq!(inside["clauses"][4]["text"], "belongs to “list”");

    let outside = explain(&app, "active", "m2").await;
    let nothing = (&json!(false), &Value::Null, &Value::Null, &Value::Null);
    assert_eq!((&outside["isMember"], &outside["since"], &outside["via"], &outside["pinned"]), nothing);
    assert_eq!(
        told(&outside),
        [
            "rule | false | - | - | - | ",
            "rule.all.0 | false | 31.20 | 68.80 more spending | - | d",
            "rule.all.1 | false | DE | - | - | ",
            "rule.all.2 | false | - | - | - | ",
            "rule.all.2.not | true | yes | - | - | ",
            "rule.all.3 | true | - | - | 2026-04-18T22:00:00.000Z | ",
            "rule.all.3.not | false | 0 | 30 more days since the last purchase | 2026-04-18T22:00:00.000Z | d",
        ]
    );

    // Two days later, after the change: it is out, as was foretold.
    let later = reopened(&app, day("2026-03-30")).await;
    let gone = explain(&later, "active", "m1").await;
    assert_eq!(
        (&gone["isMember"], told(&gone)[1].as_str()),
        (&json!(false), "rule.all.0 | false | 50.50 | 49.50 more spending | - | c")
    );
    assert_eq!(
        told(&gone)[6],
        "rule.all.3.not | false | 28 | 2 more days since the last purchase | 2026-03-31T22:00:00.000Z | c.b.a"
    );
    later.stop().await;
    let back = reopened(&app, day("2026-03-20")).await;
    assert_eq!(explain(&back, "active", "m1").await["isMember"], true);
    back.stop().await;
}

#[test]
fn pins_lists_and_rules_that_wait_are_told_on_sqlite() {
    run(Database::Sqlite, "2026-03-20", told_apart);
}

#[test]
fn pins_lists_and_rules_that_wait_are_told_on_postgres() {
    run(Database::Postgres, "2026-03-20", told_apart);
}

async fn told_apart(app: Arc<TestApp>) {
    make(
        &app,
        UPSERT,
        json!([{"number": "m1", "country": "PL", "email": "twin@example.org"},
        {"number": "m2", "country": "DE", "email": "Twin@example.org"}, {"number": "m3"}]),
    )
    .await;
    dynamic(&app, "poles", country("PL")).await;
    pin(&app, "poles", &["m2"], true).await;
    pin(&app, "poles", &["m1"], false).await;
    let shown = |explanation: &Value| ["isMember", "via", "pinned"].map(|name| explanation[name].clone());
    let (inside, outside) = (explain(&app, "poles", "m2").await, explain(&app, "poles", "m1").await);
    assert_eq!(shown(&inside), [json!(true), json!("ASSIGNED"), json!(true)]);
    assert_eq!(told(&inside), ["rule | false | DE | - | - | "]);
    assert_eq!(shown(&outside), [json!(false), Value::Null, json!(false)]);
    assert_eq!(told(&outside), ["rule | true | PL | - | - | "]);
    assert_eq!(told(&explain(&app, "poles", "m3").await), ["rule | false | - | - | - | "]);

    segment(&app, "list", &["m1"]).await;
    let listed = explain(&app, "list", "m1").await;
    assert_eq!((shown(&listed), told(&listed)), ([json!(true), json!("ASSIGNED"), Value::Null], vec![]));
    assert_eq!(shown(&explain(&app, "list", "m2").await), [json!(false), Value::Null, Value::Null]);
    // Nobody, and nobody in particular.
    assert_eq!(explain(&app, "poles", "nobody").await, Value::Null);
    let twins = app.graphql(EXPLAIN, json!({"s": {"key": "poles"}, "m": {"email": "TWIN@example.org"}})).await;
    assert_eq!(twins["segment"]["explain"], Value::Null);

    // The rule that was applied last decides, until the next one has landed; before the first none does.
    change_rule(&app, "poles", country("DE")).await;
    assert_eq!(explain(&app, "poles", "m2").await["clauses"][0]["text"], "country is PL");
    create(&app, "new", country("PL")).await;
    let waiting = explain(&app, "new", "m1").await;
    assert_eq!((shown(&waiting), told(&waiting)), ([json!(false), Value::Null, Value::Null], vec![]));
    evaluated(&app.app).await;
    assert_eq!(told(&explain(&app, "poles", "m2").await), ["rule | true | DE | - | - | "]);
    assert_eq!(shown(&explain(&app, "new", "m1").await), [json!(true), json!("RULE"), Value::Null]);

    // Several segments at once take as many statements as one.
    let query = "query($n: Int) { segments(first: $n) { nodes { explain(member: {number: \"m1\"}) { isMember pinned
        clauses { holds evidence { document } } } } } }";
    let mut taken = Vec::new();
    for many in [1, 3] {
        let answer = app.send(Some(&app.token), query, json!({"n": many})).await;
        assert!(answer.body.get("errors").is_none(), "{}", answer.body);
        taken.push(answer.statements());
    }
    assert_eq!(taken[0], taken[1]);
}
