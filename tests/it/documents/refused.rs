//! Rows that cannot be recorded: each is named with its place and a code, and changes nothing.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::on_both;

use super::{sale, with};
use crate::calls::{RECORD, bought, days, from_now, make, members, problems};

/// What to change in a good sale, and what is said of it then.
fn mistakes() -> Vec<(Value, &'static str)> {
    let (long, huge) = ("x".repeat(101), "x".repeat(1 << 20));
    let text = "x".repeat(201);
    let line = |changes: Value| json!({ "items": [{"sku": "a", "amount": "1"}, with(&json!({"sku": "b", "amount": "1"}), &changes)] });
    let label =
        |key: &str, value: &str| json!({ "labels": [{"key": "k", "value": "v"}, {"key": key, "value": value}] });
    let labels: Vec<Value> = (0..51).map(|number| json!({"key": "k", "value": number.to_string()})).collect();
    vec![
        (json!({"amount": "10.001"}), "amount INVALID"),
        (json!({"amount": 10.001}), "amount INVALID"),
        (json!({"amount": "0.0000000000000000000000000001"}), "amount INVALID"),
        (json!({"amount": "-0.01"}), "amount INVALID"),
        (json!({"amount": -1}), "amount INVALID"),
        (json!({"amount": "10000000000"}), "amount INVALID"),
        (json!({"amount": 18_446_744_073_709_551_615_u64}), "amount INVALID"),
        (json!({"amount": "79228162514264337593543950335"}), "amount INVALID"),
        (json!({"at": "0000-01-01T00:00:00Z"}), "at INVALID"),
        (json!({"at": "1899-12-31T23:59:59.999Z"}), "at INVALID"),
        (json!({"at": "9999-12-31T23:59:59Z"}), "at INVALID"),
        (json!({"at": from_now(TimeDelta::minutes(24 * 60 + 1))}), "at INVALID"),
        (json!({"document": ""}), "document BLANK"),
        (json!({"document": " \t\u{a0}\u{3000}"}), "document BLANK"),
        (json!({"document": "a\u{0}b"}), "document INVALID"),
        (json!({"document": "a\nb"}), "document INVALID"),
        (json!({"document": "a\u{7f}"}), "document INVALID"),
        (json!({"document": "\u{85}a\u{9b}"}), "document INVALID"),
        (json!({ "document": long }), "document TOO_LONG"),
        (json!({ "document": huge }), "document TOO_LONG"),
        (json!({"source": " "}), "source BLANK"),
        (json!({"source": "\u{0}"}), "source INVALID"),
        (json!({ "source": huge }), "source TOO_LONG"),
        (json!({ "channel": text }), "channel TOO_LONG"),
        (json!({"channel": "a\u{1}b"}), "channel INVALID"),
        (json!({ "location": huge }), "location TOO_LONG"),
        (json!({"location": "a\r\nb"}), "location INVALID"),
        (json!({"kind": "RETURN", "returnsDocument": "a\u{0}"}), "returnsDocument INVALID"),
        (json!({"kind": "RETURN", "returnsDocument": long}), "returnsDocument TOO_LONG"),
        (json!({"returnsDocument": "s"}), "returnsDocument INVALID"),
        (label("", "v"), "labels.1.key BLANK"),
        (label("k", " "), "labels.1.value BLANK"),
        (label(&"k".repeat(51), "v"), "labels.1.key TOO_LONG"),
        (label("k", &text), "labels.1.value TOO_LONG"),
        (label("k", "\u{0}"), "labels.1.value INVALID"),
        (json!({ "labels": labels }), "labels TOO_MANY"),
        (line(json!({"sku": ""})), "items.1.sku BLANK"),
        (line(json!({"sku": "a\u{0}"})), "items.1.sku INVALID"),
        (line(json!({ "sku": huge })), "items.1.sku TOO_LONG"),
        (line(json!({ "name": text })), "items.1.name TOO_LONG"),
        (line(json!({"brand": "\u{1f}x"})), "items.1.brand INVALID"),
        (line(json!({ "category": text })), "items.1.category TOO_LONG"),
        (line(json!({"quantity": "0.0000001"})), "items.1.quantity INVALID"),
        (line(json!({"quantity": "1000000000"})), "items.1.quantity INVALID"),
        (line(json!({"quantity": "-79228162514264337593543950335"})), "items.1.quantity INVALID"),
        (line(json!({"amount": "1.005"})), "items.1.amount INVALID"),
        (line(json!({"amount": "-10000000000"})), "items.1.amount INVALID"),
        (json!({"member": {"number": ""}}), "member INVALID"),
        (json!({"member": {"email": "\u{0}@\u{0}"}}), "member INVALID"),
        (json!({"member": {"email": huge}}), "member INVALID"),
        (json!({"member": {"id": "\u{0}"}}), "member NOT_FOUND"),
    ]
}

on_both! {
    async fn every_mistake_is_named_and_the_good_rows_between_them_are_kept(app) {
        members(&app, &["m1"]).await;
        let mistakes = mistakes();
        let (mut rows, mut expected) = (Vec::new(), Vec::new());
        for (place, (change, problem)) in mistakes.iter().enumerate() {
            rows.push(with(&sale(&format!("bad{place}"), "m1", "1.00"), change));
            rows.push(sale(&format!("good{place}"), "m1", "1.00"));
            expected.push(format!("{}.{problem}", 2 * place));
        }
        assert_eq!(problems(&app, RECORD, rows.into()).await, expected);
        let good = mistakes.len();
        assert_eq!(bought(&app, "m1").await, (good as u64, format!("{good}.00")));
    }

    async fn what_lies_just_within_the_bounds_is_taken(app) {
        members(&app, &["m1"]).await;
        let bounds = [
            json!({"amount": "9999999999.99"}),
            json!({"amount": "1.000000000000000000000000000"}),
            json!({"amount": " 1 "}),
            json!({"amount": 12.34}),
            json!({"amount": 0.1}),
            json!({"at": "1900-01-01T00:00:00Z"}),
            json!({"at": "1900-01-01T00:00:00+00:00"}),
            json!({"at": from_now(TimeDelta::minutes(24 * 60 - 1))}),
            json!({"at": "2024-02-29t12:00:00.123456789z"}),
            json!({"document": "ż".repeat(100)}),
            json!({"document": format!(" {} ", "y".repeat(100))}),
            json!({"document": "日本 \u{1f3ec} \u{202e}'\"\\;--%_"}),
            json!({"channel": "ż".repeat(200)}),
            json!({"items": [{"sku": "a", "quantity": "-999999999.999999", "amount": "-9999999999.99"}]}),
            json!({"labels": (0..50).map(|number| json!({"key": "k".repeat(50), "value": format!("{number:0200}")})).collect::<Vec<_>>()}),
        ];
        let rows = bounds.iter().enumerate().map(|(place, change)| with(&sale(&format!("d{place}"), "m1", "1.00"), change));
        make(&app, RECORD, rows.collect()).await;
        let sum = format!("{}", 999_999_999_999_i64 + 1234 + 10 + 12 * 100);
        assert_eq!(bought(&app, "m1").await, (15, format!("{}.{}", &sum[..sum.len() - 2], &sum[sum.len() - 2..])));
    }

    async fn a_document_may_have_ten_thousand_lines_and_no_more(app) {
        members(&app, &["m1"]).await;
        let lines = |count: usize| json!({"items": vec![json!({"sku": "a", "amount": "0.01"}); count], "at": days(-2)});
        make(&app, RECORD, json!([with(&sale("d1", "m1", "100.00"), &lines(10_000))])).await;
        let found = problems(&app, RECORD, json!([with(&sale("d2", "m1", "100.00"), &lines(10_001))])).await;
        assert_eq!(found, ["0.items TOO_MANY"]);
    }
}
