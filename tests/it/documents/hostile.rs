//! What cannot even be read as a row: refused as a whole, with a code and the field's name, and never as a fault of ours.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{Answer, TestApp, on_both};

use super::{sale, with};
use crate::calls::{RECORD, bought, members, raw};

/// A coded refusal that names the field, tells nothing of the inside and repeats no megabyte.
fn is_refused(answer: &Answer, field: &str, what: &str) {
    let text = answer.body.to_string();
    let shown: String = text.chars().take(2_000).collect();
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{what}: {} {shown}", answer.status);
    assert!(answer.status == StatusCode::BAD_REQUEST || answer.status == StatusCode::OK, "{what}: {}", answer.status);
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(field), "{what}: {field} is not named: {shown}");
    assert!(text.len() < 2_000, "{what}: an answer of {} bytes: {shown}", text.len());
}

async fn send(app: &TestApp, row: &Value) -> Answer {
    app.send(Some(&app.token), RECORD, json!({"t": [row]})).await
}

on_both! {
    async fn values_of_no_scalar_are_refused_by_name(app) {
        members(&app, &["m1"]).await;
        let huge = "9".repeat(1 << 20);
        let good = sale("d", "m1", "1.00");
        for (change, field) in [
            (json!({"amount": "9".repeat(40)}), "amount"),
            (json!({"amount": format!("0.{}", "1".repeat(40))}), "amount"),
            (json!({ "amount": huge }), "amount"),
            (json!({"amount": "NaN"}), "amount"),
            (json!({"amount": "-Infinity"}), "amount"),
            (json!({"amount": ""}), "amount"),
            (json!({"amount": "1e5"}), "amount"),
            (json!({"amount": "1,5"}), "amount"),
            (json!({"amount": "1_000"}), "amount"),
            (json!({"amount": "0x10"}), "amount"),
            (json!({"amount": "١٢"}), "amount"),
            (json!({"amount": "1\u{0}"}), "amount"),
            (json!({"amount": 1e300}), "amount"),
            (json!({"amount": 0.123_456_789_012_345_6}), "amount"),
            (json!({"amount": true}), "amount"),
            (json!({"amount": [1]}), "amount"),
            (json!({"amount": {"minor": 1}}), "amount"),
            (json!({"amount": null}), "amount"),
            (json!({"at": "10000-01-01T00:00:00Z"}), "at"),
            (json!({"at": "-0001-01-01T00:00:00Z"}), "at"),
            (json!({"at": "2026-02-30T00:00:00Z"}), "at"),
            (json!({"at": "2026-02-28T24:00:00Z"}), "at"),
            (json!({"at": "2026-02-28T12:00:00"}), "at"),
            (json!({"at": "2026-02-28"}), "at"),
            (json!({"at": "2026-02-28T12:00:00+99:00"}), "at"),
            (json!({"at": "yesterday"}), "at"),
            (json!({"at": ""}), "at"),
            (json!({ "at": huge }), "at"),
            (json!({"at": 1_700_000_000}), "at"),
            (json!({"at": null}), "at"),
            (json!({"document": null}), "document"),
            (json!({"document": 7}), "document"),
            (json!({"source": null}), "source"),
            (json!({"kind": "GIFT"}), "kind"),
            (json!({ "kind": huge }), "kind"),
            (json!({"kind": null}), "kind"),
            (json!({"member": {}}), "member"),
            (json!({"member": {"number": "m1", "email": "a@example.org"}}), "member"),
            (json!({"member": {"number": null}}), "member"),
            (json!({"member": "m1"}), "MemberRef"),
            (json!({"items": [{"sku": "a"}]}), "amount"),
            (json!({"items": [null]}), "items"),
            (json!({"items": [{"sku": "a", "amount": "1", "quantity": "many"}]}), "quantity"),
            (json!({"labels": [{"key": "a"}]}), "value"),
            (json!({"price": "1"}), "price"),
        ] {
            let what: String = change.to_string().chars().take(80).collect();
            is_refused(&send(&app, &with(&good, &change)).await, field, &what);
        }
        let mut bare = good.clone();
        bare.as_object_mut().unwrap().remove("amount");
        is_refused(&send(&app, &bare).await, "amount", "no amount");
        assert_eq!(bought(&app, "m1").await.0, 0);
    }

    async fn json_that_no_library_writes_is_refused(app) {
        members(&app, &["m1"]).await;
        let body = |document: &str, amount: &str| format!(
            "{{\"query\": {}, \"variables\": {{\"t\": [{{\"document\": {document}, \"member\": {{\"number\": \"m1\"}}, \"amount\": {amount}, \"at\": \"2024-01-01T00:00:00Z\"}}]}}}}",
            json!(RECORD));
        for (document, amount, field) in [
            ("\"\\ud800\"", "1", ""),
            ("\"\\udc00a\"", "1", ""),
            ("\"\\ud800\\ud800\"", "1", ""),
            ("\"a\u{0}\"", "1", ""),
            ("\"a\"", "1e400", ""),
            ("\"a\"", "NaN", ""),
            ("\"a\"", "01", ""),
            ("\"a\"", &"9".repeat(40), "amount"),
            ("\"a\"", &format!("0.{}", "1".repeat(40)), "amount"),
            ("\"a\"", "1.00000000000000001e2", "document"),
            ("\"\\u0000\"", "1", "document"),
        ] {
            let answer = raw(&app, body(document, amount)).await;
            if answer.body.get("errors").is_none() {
                // Read as a row after all: then the row is named.
                let problem = &answer.body["data"]["recordTransactions"]["problems"][0];
                let taken = document == "\"a\"" && answer.body["data"]["recordTransactions"]["created"] == 1;
                assert!(taken || problem["path"][3] == field, "{document} {amount}: {}", answer.body);
            } else {
                is_refused(&answer, field, &format!("{document} {amount}"));
            }
        }
        let mut bytes = body("\"a#\"", "1").into_bytes();
        let place = bytes.iter().position(|byte| *byte == b'#').unwrap();
        bytes[place] = 0xff;
        let request = app.client().post(format!("{}/graphql", app.base)).bearer_auth(&app.token);
        let response = request.header("content-type", "application/json").body(bytes).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        // Only the hundred that stands there as 1.00000000000000001e2 is an amount.
        assert_eq!(bought(&app, "m1").await, (1, "100.00".to_owned()));
    }

    async fn literals_are_read_as_carefully_as_variables(app) {
        members(&app, &["m1"]).await;
        let query = |document: &str, amount: &str| format!(
            "mutation {{ recordTransactions(input: {{transactions: [{{document: {document}, member: {{number: \"m1\"}}, amount: {amount}, at: \"2024-01-01T00:00:00Z\"}}]}}) {{ created problems {{ path code }} }} }}");
        for (document, amount) in [
            ("\"\\uD800\"", "1"),
            ("\"\\u{110000}\"", "1"),
            ("\"a\nb\"", "1"),
            ("\"a\"", &"9".repeat(40)),
            ("\"a\"", "1e400"),
            ("\"a\"", "NaN"),
            ("\"a\"", "0.12345678901234567"),
            ("7", "1"),
        ] {
            is_refused(&app.send(Some(&app.token), &query(document, amount), json!({})).await, "", &format!("{document} {amount}"));
        }
        let nul = app.graphql(&query("\"\\u0000\"", "1"), json!({})).await;
        assert_eq!(nul["recordTransactions"]["problems"][0], json!({"path": ["input", "transactions", "0", "document"], "code": "INVALID"}));
        let block = app.graphql(&query("\"\"\"block\"\"\"", "12.30"), json!({})).await;
        assert_eq!(block["recordTransactions"]["created"], 1, "{block}");
        assert_eq!(bought(&app, "m1").await, (1, "12.30".to_owned()));
    }
}
