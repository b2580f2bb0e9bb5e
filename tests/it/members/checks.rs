//! What a member's fields may hold.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::on_both;

use super::{member, nobody, read};
use crate::calls::{UPSERT, from_now, make, problems, refused};
use crate::documents::with;

on_both! {
    async fn every_mistake_is_named_and_the_good_rows_between_them_are_kept(app) {
        let text = "x".repeat(201);
        let huge = "x".repeat(1 << 20);
        let labels: Vec<Value> = (0..51).map(|_| json!({"key": "k", "value": "v"})).collect();
        let tomorrow = &from_now(TimeDelta::days(3))[..10];
        let mut mistakes = vec![
            (json!({"number": ""}), "number BLANK".to_owned()),
            (json!({"number": " \t "}), "number BLANK".to_owned()),
            (json!({"number": "a\u{0}b"}), "number INVALID".to_owned()),
            (json!({"number": "a\u{200b}\u{7f}"}), "number INVALID".to_owned()),
            (json!({"number": "x".repeat(101)}), "number TOO_LONG".to_owned()),
            (json!({ "number": huge }), "number TOO_LONG".to_owned()),
            (json!({"email": "nobody"}), "email INVALID".to_owned()),
            (json!({"email": "a b@example.org"}), "email INVALID".to_owned()),
            (json!({"email": "@example.org"}), "email INVALID".to_owned()),
            (json!({"email": "a@"}), "email INVALID".to_owned()),
            (json!({"email": "@"}), "email INVALID".to_owned()),
            (json!({"email": format!("{}@example.org", "x".repeat(200))}), "email TOO_LONG".to_owned()),
            (json!({"birthDate": "1899-12-31"}), "birthDate INVALID".to_owned()),
            (json!({"birthDate": "0000-01-01"}), "birthDate INVALID".to_owned()),
            (json!({"birthDate": "9999-12-31"}), "birthDate INVALID".to_owned()),
            (json!({ "birthDate": tomorrow }), "birthDate INVALID".to_owned()),
            (json!({"enrolledAt": "1899-12-31T23:59:59Z"}), "enrolledAt INVALID".to_owned()),
            (json!({"enrolledAt": from_now(TimeDelta::hours(25))}), "enrolledAt INVALID".to_owned()),
            (json!({"attributes": []}), "attributes INVALID".to_owned()),
            (json!({"attributes": "{}"}), "attributes INVALID".to_owned()),
            (json!({"attributes": 7}), "attributes INVALID".to_owned()),
            (json!({"attributes": {"a": "\u{0}"}}), "attributes INVALID".to_owned()),
            (json!({"attributes": {"\u{0}": 1}}), "attributes INVALID".to_owned()),
            (json!({"attributes": {"a": [{"b": ["\u{0}"]}]}}), "attributes INVALID".to_owned()),
            (json!({"attributes": {"a": "x".repeat(16_000)}}), "attributes TOO_LONG".to_owned()),
            (json!({"attributes": {"a": huge}}), "attributes TOO_LONG".to_owned()),
            (json!({ "labels": labels }), "labels TOO_MANY".to_owned()),
            (json!({"labels": [{"key": "k", "value": "v"}, {"key": " ", "value": "v"}]}), "labels.1.key BLANK".to_owned()),
            (json!({"labels": [{"key": "k", "value": ""}]}), "labels.0.value BLANK".to_owned()),
            (json!({"labels": [{"key": "k".repeat(51), "value": "v"}]}), "labels.0.key TOO_LONG".to_owned()),
            (json!({"labels": [{"key": "k", "value": text}]}), "labels.0.value TOO_LONG".to_owned()),
            (json!({"labels": [{"key": "k", "value": "a\nb"}]}), "labels.0.value INVALID".to_owned()),
        ];
        for field in ["firstName", "lastName", "phone", "gender", "country", "region", "city", "postalCode", "street", "tier"] {
            for (value, code) in [(text.as_str(), "TOO_LONG"), (huge.as_str(), "TOO_LONG"), ("a\u{0}", "INVALID"), ("a\r\nb", "INVALID")] {
                let mut change = json!({});
                change[field] = json!(value);
                mistakes.push((change, format!("{field} {code}")));
            }
        }
        let (mut rows, mut expected) = (Vec::new(), Vec::new());
        for (place, (change, problem)) in mistakes.iter().enumerate() {
            rows.push(with(&json!({"number": format!("bad{place}")}), change));
            rows.push(json!({"number": format!("good{place}")}));
            expected.push(format!("{}.{problem}", 2 * place));
        }
        // 22 rows of a megabyte are more than one request may have.
        for (rows, expected) in rows.chunks(24).zip(expected.chunks(12).enumerate().map(|(part, lines)| moved(lines, 24 * part))) {
            assert_eq!(problems(&app, UPSERT, rows.into()).await, expected);
        }
        let count = app.graphql("{ members { totalCount } }", json!({})).await;
        assert_eq!(count["members"]["totalCount"], mistakes.len());
    }

    async fn what_lies_just_within_the_bounds_is_taken(app) {
        let today = from_now(TimeDelta::zero())[..10].to_owned();
        let ends = |text: &str| json!({"number": text, "firstName": "ż".repeat(200), "email": format!("{}@example.org", "x".repeat(188)),
            "birthDate": today, "enrolledAt": from_now(TimeDelta::hours(23)), "attributes": {"a": "x".repeat(15_992)},
            "labels": (0..50).map(|_| json!({"key": "k".repeat(50), "value": "v".repeat(200)})).collect::<Vec<_>>()});
        let numbers = ["ż".repeat(100), "日本 \u{1f600}'\"\\;--%_".to_owned(), "\u{202e}abc".to_owned(), "0".to_owned(), "null".to_owned()];
        make(&app, UPSERT, numbers.iter().map(|number| ends(number)).collect()).await;
        for number in &numbers {
            let read = read(&app, number).await;
            assert_eq!((&read["number"], &read["birthDate"]), (&json!(number), &json!(today)));
            assert_eq!(read["attributes"]["a"].as_str().unwrap().len(), 15_992);
        }
        make(&app, UPSERT, json!([{"number": "old", "birthDate": "1900-01-01", "enrolledAt": "1900-01-01T00:00:00Z"}])).await;
    }

    async fn texts_are_trimmed_and_blank_ones_are_empty(app) {
        make(&app, UPSERT, json!([{"number": "\u{a0} m1\t", "firstName": "  Ann\u{3000}", "lastName": "A  B", "email": " a@example.org ", "city": " ",
            "tier": "", "labels": [{"key": " k ", "value": " v "}]}])).await;
        let expected = json!({"firstName": "Ann", "lastName": "A  B", "email": "a@example.org", "labels": [{"key": "k", "value": "v"}]});
        assert_eq!(read(&app, "m1").await, with(&nobody("m1"), &expected));
        // A blank text empties, as null does.
        let again = json!({"number": "m1", "firstName": "  ", "email": ""});
        let data = app.graphql(UPSERT, json!({"t": [again]})).await;
        assert_eq!(data["upsertMembers"]["updated"], 1);
        assert_eq!((&read(&app, "m1").await["firstName"], &read(&app, "m1").await["email"]), (&Value::Null, &Value::Null));
    }

    async fn attributes_hold_any_json_but_nul(app) {
        let attributes = json!({"backslash": "\\u0000", "quote": "\"'", "emoji": "\u{1f600}\u{202e}", "deep": [[[[[{"a": [1, 2.5, -0.5, true, null]}]]]]],
            "large": 9_007_199_254_740_993_i64, "small": 1e-7, "": "empty", "unsigned": u64::MAX, "line": "a\nb\u{1}"});
        make(&app, UPSERT, json!([{"number": "m1", "attributes": attributes}])).await;
        assert_eq!(member(&app, "m1").await["attributes"], attributes);
        assert_eq!(refused(&app, UPSERT, json!({"number": "m1", "attributes": {"a": "\\\u{0}"}})).await, "attributes INVALID");
        assert_eq!(member(&app, "m1").await["attributes"], attributes);
    }

    async fn values_of_no_scalar_are_refused_by_name(app) {
        for (change, field) in [
            (json!({"birthDate": "10000-01-01"}), "birthDate"),
            (json!({"birthDate": "2023-02-29"}), "birthDate"),
            (json!({"birthDate": "2023-1-1"}), "birthDate"),
            (json!({"birthDate": "01.02.2003"}), "birthDate"),
            (json!({"birthDate": ""}), "birthDate"),
            (json!({"birthDate": 19_800_101}), "birthDate"),
            (json!({"enrolledAt": "2024-01-01"}), "enrolledAt"),
            (json!({"enrolledAt": "+10000-01-01T00:00:00Z"}), "enrolledAt"),
            (json!({"marketingConsent": "yes"}), "marketingConsent"),
            (json!({"marketingConsent": 1}), "marketingConsent"),
            (json!({"firstName": 5}), "firstName"),
            (json!({"number": null}), "number"),
            (json!({"labels": [{"value": "v"}]}), "key"),
            (json!({"vip": true}), "vip"),
        ] {
            let row = with(&json!({"number": "m1"}), &change);
            let answer = app.send(Some(&app.token), UPSERT, json!({"t": [row]})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{change}: {}", answer.body);
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(field), "{change}: {}", answer.body);
        }
        assert_eq!(member(&app, "m1").await, Value::Null);
    }
}

/// The same problems, told of rows that begin at 0.
fn moved(problems: &[String], first: usize) -> Vec<String> {
    let moved = |problem: &String| {
        let (row, rest) = problem.split_once('.').unwrap();
        format!("{}.{rest}", row.parse::<usize>().unwrap() - first)
    };
    problems.iter().map(moved).collect()
}
