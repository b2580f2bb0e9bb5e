//! Documents come in: recorded once, named by their shop, and read back as they were said.

mod arrival;
mod currencies;
mod hostile;
mod model;
mod refused;
mod returns;

use serde_json::{Value, json};
use tests::on_both;

use crate::calls::{RECORD, Taken, UPSERT, bought, days, documents, make, members, metrics, problems, refused, send};

/// A sale of a member, a day ago.
pub fn sale(document: &str, member: &str, amount: &str) -> Value {
    json!({"document": document, "member": {"number": member}, "amount": amount, "at": days(-1)})
}

/// The same object with other fields.
pub fn with(row: &Value, changes: &Value) -> Value {
    let mut row = row.clone();
    changes.as_object().unwrap().iter().for_each(|(name, value)| row[name] = value.clone());
    row
}

on_both! {
    async fn a_document_comes_back_as_it_was_said(app) {
        members(&app, &["m1"]).await;
        let lines = json!([
            {"sku": " B-2 ", "name": "Käse, „alt“", "brand": "Hof", "category": "dairy", "quantity": "0.350", "amount": "9.80"},
            {"sku": "A-1", "amount": 3},
            {"sku": "A-1", "name": " ", "brand": null, "quantity": 12, "amount": "-0.5"},
            {"sku": "Z", "quantity": "-1.5", "amount": 0.1},
        ]);
        let at = "2024-05-06T23:59:59.123+02:00";
        let labels = json!([{"key": "shift", "value": "night"}, {"key": "Shift", "value": " late "}]);
        let row = json!({"source": " web ", "document": " 4711/a ", "member": {"number": " m1 "}, "amount": "20.0", "at": at,
            "channel": " app ", "location": "Łódź 🏬", "items": lines, "labels": labels});
        make(&app, RECORD, json!([row, {"document": "plain", "member": {"number": "m1"}, "amount": 0, "at": "2024-05-06T21:59:59Z",
            "channel": "", "location": null, "items": null, "labels": [], "returnsDocument": " "}])).await;
        let euro = |amount: &str| json!({"amount": amount, "currencyCode": "EUR"});
        let line = |sku: &str, name: Value, quantity: &str, amount: &str| json!({"sku": sku, "name": name, "brand": null,
            "category": null, "quantity": quantity, "amount": euro(amount)});
        let first = json!({"sku": "B-2", "name": "Käse, „alt“", "brand": "Hof", "category": "dairy", "quantity": "0.35",
            "amount": euro("9.80")});
        let expected = json!({"source": "web", "document": "4711/a", "kind": "SALE", "amount": euro("20.00"),
            "at": "2024-05-06T21:59:59.123Z", "channel": "app", "location": "Łódź 🏬", "returnsDocument": null,
            "member": {"number": "m1"}, "labels": [{"key": "shift", "value": "night"}, {"key": "Shift", "value": "late"}],
            "items": [first, line("A-1", Value::Null, "1", "3.00"), line("A-1", Value::Null, "12", "-0.50"),
                line("Z", Value::Null, "-1.5", "0.10")]});
        let plain = json!({"source": "pos", "document": "plain", "kind": "SALE", "amount": euro("0.00"),
            "at": "2024-05-06T21:59:59.000Z", "channel": null, "location": null, "returnsDocument": null,
            "member": {"number": "m1"}, "labels": [], "items": []});
        assert_eq!(documents(&app, "m1").await, [expected, plain]);
        assert_eq!(bought(&app, "m1").await, (2, "20.00".to_owned()));
    }

    async fn a_document_counts_once(app) {
        members(&app, &["m1", "m2"]).await;
        let lines = json!([{"sku": "a", "amount": "1"}, {"sku": "b", "quantity": "2", "amount": "9.00"}]);
        let row = with(&sale("d1", "m1", "10.00"), &json!({"items": lines, "channel": "web", "labels": [{"key": "k", "value": "v"}]}));
        make(&app, RECORD, json!([row])).await;
        // The same said in another way is the same body.
        let spelt = with(&row, &json!({"source": "pos", "kind": "SALE", "amount": 10.0, "channel": " web ", "location": "  ",
            "items": [{"sku": "a ", "quantity": 1, "amount": 1}, {"sku": "b", "quantity": "2.00", "amount": 9}]}));
        let taken = send(&app, RECORD, json!([row, spelt, row])).await;
        assert_eq!(taken, Taken { created: 0, updated: 0, duplicates: 3, problems: vec![] });
        for change in [
            json!({"amount": "10.01"}),
            json!({"at": days(-2)}),
            json!({"kind": "RETURN"}),
            json!({"member": {"number": "m2"}}),
            json!({"member": null}),
            json!({"channel": "shop"}),
            json!({"location": "here"}),
            json!({"labels": []}),
            json!({"labels": [{"key": "k", "value": "w"}]}),
            json!({"items": []}),
            json!({"items": [lines[1], lines[0]]}),
            json!({"items": [lines[0], {"sku": "b", "quantity": "2.1", "amount": "9.00"}]}),
            json!({"items": [lines[0], {"sku": "b", "name": "B", "quantity": "2", "amount": "9.00"}]}),
            json!({"kind": "RETURN", "returnsDocument": "d0"}),
        ] {
            assert_eq!(refused(&app, RECORD, with(&row, &change)).await, "document CONFLICT", "{change}");
        }
        assert_eq!(bought(&app, "m1").await, (1, "10.00".to_owned()));
        assert_eq!(documents(&app, "m1").await[0]["items"].as_array().unwrap().len(), 2);
        // Another source has numbers of its own, and case counts.
        make(&app, RECORD, json!([with(&row, &json!({"source": "web"})), with(&row, &json!({"document": "D1"}))])).await;
        assert_eq!(bought(&app, "m1").await, (3, "30.00".to_owned()));
    }

    async fn one_call_may_say_the_same_document_twice(app) {
        members(&app, &["m1"]).await;
        let row = sale("d1", "m1", "5.00");
        let taken = send(&app, RECORD, json!([row, row, with(&row, &json!({"amount": "6.00"})), sale("d2", "m1", "1.00"), row])).await;
        assert_eq!(taken, Taken { created: 2, updated: 0, duplicates: 2, problems: vec!["2.document CONFLICT".to_owned()] });
        assert_eq!(bought(&app, "m1").await, (2, "6.00".to_owned()));
    }

    async fn a_member_is_named_in_three_ways(app) {
        make(&app, UPSERT, json!([{"number": "m1", "email": "Ann@Example.org"}, {"number": "m2", "email": "twice@example.org"},
            {"number": "m3", "email": "TWICE@example.org"}])).await;
        let asked = app.graphql("{ member(ref: {number: \"m1\"}) { id } }", json!({})).await;
        let id = asked["member"]["id"].as_str().unwrap().to_owned();
        let row = |document: &str, member: Value| with(&sale(document, "", "1.00"), &json!({"member": member}));
        make(&app, RECORD, json!([row("a", json!({"number": "m1"})), row("b", json!({"email": " ann@example.ORG "})), row("c", json!({"id": id}))])).await;
        assert_eq!(bought(&app, "m1").await, (3, "3.00".to_owned()));
        // By whichever name, it is the same body.
        let again = send(&app, RECORD, json!([row("a", json!({"id": id})), row("b", json!({"number": "m1"}))])).await;
        assert_eq!((again.duplicates, again.problems.len()), (2, 0));
        let other = app.graphql(crate::segments::CREATE, json!({"input": {"name": "s"}})).await;
        let segment = other["createSegment"]["segment"]["id"].as_str().unwrap();
        let found = problems(&app, RECORD, json!([
            row("e0", json!({"number": "nobody"})),
            row("e1", json!({"number": "M1"})),
            row("e2", json!({"email": "twice@example.org"})),
            row("e3", json!({"email": "nobody@example.org"})),
            row("e4", json!({"id": "bWVtYmVyOjk5"})),
            row("e5", json!({"id": ""})),
            row("e6", json!({ "id": segment })),
            row("e7", json!({"number": "  "})),
            row("e8", json!({"number": "a\u{0}b"})),
            row("e9", json!({"number": "x".repeat(1_000_000)})),
            row("good", json!({"number": "m1"})),
        ])).await;
        assert_eq!(found, ["0.member NOT_FOUND", "1.member NOT_FOUND", "2.member AMBIGUOUS", "3.member NOT_FOUND", "4.member NOT_FOUND",
            "5.member NOT_FOUND", "6.member NOT_FOUND", "7.member INVALID", "8.member INVALID", "9.member INVALID"]);
        assert_eq!(bought(&app, "m1").await, (4, "4.00".to_owned()));
    }

    async fn an_anonymous_sale_is_in_no_figure_of_a_member(app) {
        members(&app, &["m1"]).await;
        make(&app, RECORD, json!([with(&sale("a", "", "99.00"), &json!({"member": null})), {"document": "b", "amount": "1", "at": days(-1)}])).await;
        assert_eq!(bought(&app, "m1").await, (0, "0.00".to_owned()));
        assert_eq!(metrics(&app, "m1").await["averageTransactionValue"], Value::Null);
    }

    async fn good_rows_are_kept_and_bad_rows_named(app) {
        members(&app, &["m1"]).await;
        let mut rows: Vec<Value> = (0..12).map(|row| sale(&format!("d{row}"), "m1", "1.00")).collect();
        rows[7]["amount"] = json!("1.001");
        rows[9]["member"] = json!({"number": "nobody"});
        rows[2] = json!({"document": "", "amount": "-1", "at": "1800-01-01T00:00:00Z"});
        rows[11]["document"] = json!("d0");
        let data = app.graphql(RECORD, json!({ "t": rows })).await;
        let payload = &data["recordTransactions"];
        assert_eq!((&payload["created"], &payload["duplicates"]), (&json!(8), &json!(1)), "{payload}");
        let paths: Vec<&Value> = payload["problems"].as_array().unwrap().iter().map(|problem| &problem["path"]).collect();
        assert_eq!(paths, [&json!(["input", "transactions", "2", "document"]), &json!(["input", "transactions", "7", "amount"]),
            &json!(["input", "transactions", "9", "member"])]);
        assert_eq!(bought(&app, "m1").await, (8, "8.00".to_owned()));
    }

    async fn ten_thousand_documents_go_in_one_call_and_no_more(app) {
        members(&app, &["m1"]).await;
        let at = days(-3);
        let rows: Vec<Value> = (0..10_001).map(|row| json!({"document": row.to_string(), "member": {"number": "m1"}, "amount": "0.01", "at": at})).collect();
        let answer = app.graphql(RECORD, json!({ "t": rows })).await;
        let payload = &answer["recordTransactions"];
        assert_eq!(payload["userErrors"][0]["code"], "TOO_MANY", "{payload}");
        assert_eq!(payload["userErrors"][0]["field"], json!(["input", "transactions"]));
        assert_eq!(bought(&app, "m1").await.0, 0);
        make(&app, RECORD, rows[..10_000].iter().cloned().collect()).await;
        assert_eq!(bought(&app, "m1").await, (10_000, "100.00".to_owned()));
        assert_eq!(send(&app, RECORD, json!([])).await, Taken { created: 0, updated: 0, duplicates: 0, problems: vec![] });
    }

    async fn documents_come_newest_first(app) {
        members(&app, &["m1"]).await;
        let rows = [("a", -3), ("b", -1), ("c", -2), ("d", -1)].map(|(document, at)| with(&sale(document, "m1", "1"), &json!({"at": days(at)})));
        let same = rows[1]["at"].clone();
        make(&app, RECORD, json!([rows[0], rows[1], rows[2], with(&rows[3], &json!({ "at": same }))])).await;
        let read = documents(&app, "m1").await;
        let order: Vec<&str> = read.iter().map(|row| row["document"].as_str().unwrap()).collect();
        assert_eq!(order, ["d", "b", "c", "a"]);
        // The same, page by page.
        let page = "query($n: Int, $c: String) { member(ref: {number: \"m1\"}) { transactions(first: $n, after: $c) {
            nodes { document } pageInfo { hasNextPage endCursor } } } }";
        let (mut cursor, mut paged) = (Value::Null, Vec::new());
        loop {
            let data = app.graphql(page, json!({"n": 3, "c": cursor})).await;
            let part = &data["member"]["transactions"];
            paged.extend(part["nodes"].as_array().unwrap().iter().map(|row| row["document"].as_str().unwrap().to_owned()));
            if part["pageInfo"]["hasNextPage"] == false {
                break;
            }
            cursor = part["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(paged, order);
    }
}
