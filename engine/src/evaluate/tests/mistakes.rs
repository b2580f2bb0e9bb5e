//! What is refused, where, and as what kind of mistake.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rules::MistakeKind::{self, Blank, EmptyRule, Invalid, TooLong, TooMany};
use crate::rules::parse;

fn mistakes(rule: &Value) -> Vec<(String, MistakeKind)> {
    let mistakes = parse(rule).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| (mistake.path.join(" "), mistake.kind)).collect()
}

fn expect(rule: Value, expected: &[(&str, MistakeKind)]) {
    let expected: Vec<(String, MistakeKind)> =
        expected.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect();
    assert_eq!(mistakes(&rule), expected, "{rule}");
}

#[test]
fn every_mistake_is_named_with_its_place() {
    expect(json!({"everyone": true}), &[]);
    expect(json!({}), &[("", EmptyRule)]);
    expect(json!({"all": []}), &[("all", EmptyRule)]);
    expect(json!({"any": [{"not": {}}]}), &[("any 0 not", EmptyRule)]);
    expect(json!("everyone"), &[("", Invalid)]);
    expect(json!({"everyone": false}), &[("everyone", Invalid)]);
    expect(json!({"everyone": true, "all": []}), &[("", Invalid)]);
    expect(json!({"evreyone": true}), &[("evreyone", Invalid)]);
    expect(json!({"profile": {"country": {}}}), &[("profile country", Invalid)]);
    expect(json!({"profile": {"country": {"eq": null}}}), &[("profile country", Invalid)]);
    expect(json!({"profile": {"country": {"eq": " "}}}), &[("profile country eq", Blank)]);
    expect(json!({"profile": {"country": {"eq": "x".repeat(501)}}}), &[("profile country eq", TooLong)]);
    expect(json!({"profile": {"country": {"eq": "a\u{7}b"}}}), &[("profile country eq", Invalid)]);
    expect(json!({"profile": {"country": {"in": []}}}), &[("profile country in", Invalid)]);
    expect(json!({"profile": {"country": {"in": ["PL", 3]}}}), &[("profile country in 1", Invalid)]);
    expect(json!({"profile": {"age": {"gte": 1.5}}}), &[("profile age gte", Invalid)]);
    expect(json!({"profile": {"birthdayWithinDays": 367}}), &[("profile birthdayWithinDays", Invalid)]);
    expect(json!({"profile": {"birthdayWithinDays": -1}}), &[("profile birthdayWithinDays", Invalid)]);
    expect(json!({"profile": {"enrolledOn": {"on": "2025-02-29"}}}), &[("profile enrolledOn on", Invalid)]);
    expect(json!({"profile": {"enrolledOn": {"on": "2025-2-28"}}}), &[("profile enrolledOn on", Invalid)]);
    expect(json!({"profile": {"enrolledOn": {"from": "1899-12-31"}}}), &[("profile enrolledOn from", Invalid)]);
    expect(json!({"profile": {"enrolledOn": {"lastDays": 0}}}), &[("profile enrolledOn lastDays", Invalid)]);
    expect(json!({"profile": {"label": {"value": {"eq": "x"}}}}), &[("profile label key", Blank)]);
    expect(json!({"profile": {"attribute": {"name": "x"}}}), &[("profile attribute", Invalid)]);
    expect(
        json!({"profile": {"attribute": {"name": "x", "flag": true, "absent": true}}}),
        &[("profile attribute", Invalid)],
    );
    expect(json!({"points": {"measure": "COUNT", "is": {"eq": 1}}}), &[("points measure", Invalid)]);
    expect(json!({"segment": {"id": "1", "key": "x"}}), &[("segment", Invalid)]);
    expect(json!({"segment": {}}), &[("segment", Invalid)]);
    expect(json!({"feedback": {}}), &[("feedback", Invalid)]);
    expect(json!({"feedback": {"group": ["FAN"]}}), &[("feedback group 0", Invalid)]);
    expect(json!({"value": {}}), &[("value", Invalid)]);
    expect(json!({"value": {"rfmGroup": ["LOYAL", "FAN"]}}), &[("value rfmGroup 1", Invalid)]);
    expect(json!({"value": {"valueGroup": []}}), &[("value valueGroup", Invalid)]);
    expect(json!({"value": {"presence": "AWAY"}}), &[("value presence 0", Invalid)]);
    expect(json!({"value": {"historicClv": {}}}), &[("value historicClv", Invalid)]);
    expect(json!({"value": {"historicClv": {"gt": "10.5"}, "presence": ["MISSING"]}}), &[("value", Invalid)]);
    expect(json!({"value": {"expectedOrders": {"gt": "0.5"}}}), &[("value expectedOrders gt", Invalid)]);
    expect(
        json!({"value": {"orderProbability90Days": {"gte": 1e-30, "lt": 1e300}}}),
        &[("value orderProbability90Days gte", Invalid), ("value orderProbability90Days lt", Invalid)],
    );
    expect(json!({"campaign": {}}), &[("campaign campaignId", Blank), ("campaign outcome", Blank)]);
    expect(json!({"campaign": {"campaignId": "x", "outcome": "SENT"}}), &[("campaign outcome", Invalid)]);
    expect(json!({"campaign": {"campaignId": 7, "outcome": "ENGAGED"}}), &[("campaign campaignId", Invalid)]);
    expect(json!({"sample": {"percent": "100.1", "salt": "x"}}), &[("sample percent", Invalid)]);
    expect(json!({"sample": {"percent": "-0.1"}}), &[("sample percent", Invalid), ("sample salt", Blank)]);
}

#[test]
fn numbers_are_exact_or_refused() {
    let age = |number: Value| json!({"profile": {"attribute": {"name": "x", "number": {"eq": number}}}});
    let place = "profile attribute number eq";
    for right in [json!(1), json!("1"), json!(" 1.50 "), json!(-0.5), json!("1e3"), json!("2.5e-3"), json!(1e20)] {
        expect(age(right), &[]);
    }
    let long = "1.00000000000000000000000000000000001";
    let none =
        [json!(true), json!(""), json!("x"), json!("NaN"), json!("1e"), json!("1e99"), json!("1e-99"), json!(1e300)];
    let rounded = [json!(long), json!(format!("{long}e0")), json!(format!("{long}e1")), json!("1e-4294967295")];
    for wrong in none.into_iter().chain(rounded) {
        expect(age(wrong), &[(place, Invalid)]);
    }
}

#[test]
fn several_mistakes_are_named_at_once() {
    let rule = json!({"all": [
        {"transactions": {"measure": "SPEND", "within": {"lastDays": 0}, "where": {}, "is": {"gt": "many"}}},
        {"any": [
            {"not": {"profile": {"planet": {"eq": "earth"}}}},
            {"transactions": {"measure": "COUNT", "within": {"daysAgo": {"from": -1}}, "where": {"labels": [{}], "skus": []}}},
        ]},
        {"segment": {"key": ""}},
        {},
        7,
    ]});
    expect(
        rule,
        &[
            ("all 0 transactions measure", Invalid),
            ("all 0 transactions within lastDays", Invalid),
            ("all 0 transactions where", Invalid),
            ("all 0 transactions is gt", Invalid),
            ("all 1 any 0 not profile planet", Invalid),
            ("all 1 any 1 transactions within daysAgo from", Invalid),
            ("all 1 any 1 transactions within daysAgo to", Blank),
            ("all 1 any 1 transactions where skus", Invalid),
            ("all 1 any 1 transactions where labels 0 key", Blank),
            ("all 1 any 1 transactions is", Blank),
            ("all 2 segment key", Blank),
            ("all 3", EmptyRule),
            ("all 4", Invalid),
        ],
    );
}

#[test]
fn too_many_clauses_and_levels_are_refused_before_anything_else() {
    let clauses = |number: usize| json!({"any": vec![json!({"profile": {"planet": 1}}); number]});
    assert_eq!(mistakes(&clauses(200)).len(), 200, "200 clauses are read");
    expect(clauses(201), &[("", TooMany)]);
    let spread: Vec<Value> = (0..3).map(|_| clauses(67)).collect();
    expect(json!({"all": spread}), &[("", TooMany)]);
    expect(nested(9, json!({"everyone": true})), &[]);
    expect(nested(10, json!({"everyone": false})), &[("", TooMany)]);
    expect(nested(60, json!({"planet": 1})), &[("", TooMany)]);
}

#[test]
fn fields_that_are_null_are_no_clauses() {
    let clause = json!({"everyone": true, "profile": null, "all": null, "not": null});
    expect(json!({"any": vec![clause.clone(); 200]}), &[]);
    expect(json!({"any": vec![clause; 201]}), &[("", TooMany)]);
    expect(json!({"any": vec![json!({}); 201]}), &[("", TooMany)]);
    expect(json!({"any": vec![json!(null); 201]}), &[("", TooMany)]);
}

/// A rule within rules, so many times.
fn nested(times: usize, inner: Value) -> Value {
    (0..times).fold(inner, |inner, place| match place % 3 {
        0 => json!({"not": inner}),
        1 => json!({"all": [inner]}),
        _ => json!({"any": inner}),
    })
}

#[test]
fn what_is_huge_is_refused_at_once() {
    let began = Instant::now();
    let many = |item: Value| Value::Array(vec![item; 100_000]);
    expect(json!({"all": many(json!({"profile": {}}))}), &[("", TooMany)]);
    expect(json!({"all": many(json!({}))}), &[("", TooMany)]);
    expect(json!({"profile": {"country": {"in": many(json!(1))}}}), &[("profile country in", TooMany)]);
    expect(
        json!({"transactions": {"measure": "COUNT", "where": {"labels": many(json!({}))}, "is": {"eq": 1}}}),
        &[("transactions where labels", TooMany)],
    );
    let deep: Value = serde_json::from_str(&format!("{}1{}", "[".repeat(100), "]".repeat(100))).unwrap();
    expect(deep.clone(), &[("", Invalid)]);
    expect(json!({"profile": {"country": {"eq": deep.clone()}}}), &[("profile country eq", Invalid)]);
    expect(json!({"all": deep}), &[("all 0", Invalid)]);
    let unknown: serde_json::Map<String, Value> = (0..100_000).map(|place| (format!("f{place}"), json!(1))).collect();
    assert!(!mistakes(&json!({"profile": unknown})).is_empty());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
