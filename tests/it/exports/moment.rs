//! A file shows one moment, whatever moves meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tests::on_both;

use super::download;
use crate::segments::{ASSIGN, CREATE, numbers, shop};

const UNASSIGN: &str =
    "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed userErrors { code } } }";
const RECORD: &str = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created } }";
const STAYING: usize = 40;
const MOVING: usize = 60;

/// Sixty come and go together, and two of those who stay always buy the same at the same time.
async fn moves(app: &tests::TestApp, done: &AtomicBool) {
    let mut turn = 0;
    while !done.load(Ordering::Relaxed) {
        turn += 1;
        let input = json!({"segment": {"key": "moving"}, "members": numbers(STAYING + 1..=STAYING + MOVING)});
        let (text, field) = if turn % 2 == 1 { (ASSIGN, "assignMembers") } else { (UNASSIGN, "unassignMembers") };
        assert_eq!(app.graphql(text, json!({ "input": input })).await[field]["changed"], MOVING);
        let sale = |member: usize| {
            json!({"document": format!("twin-{turn}-{member}"), "member": {"number": format!("m{member}")}, "amount": "1.00",
                "at": "2025-01-01T00:00:00Z"})
        };
        assert_eq!(app.graphql(RECORD, json!({"t": [sale(1), sale(2)]})).await["recordTransactions"]["created"], 2);
    }
}

on_both! {
    async fn a_file_shows_one_moment(app) {
        shop(&app, STAYING + MOVING).await;
        app.graphql(CREATE, json!({"input": {"name": "Moving", "members": numbers(1..=STAYING)}})).await;
        let done = AtomicBool::new(false);
        let reads = async {
            for turn in 0..16 {
                let (format, twins, rows) = if turn % 2 == 0 {
                    let file = download(&app, "moving", "NDJSON", "FULL").await;
                    let lines = file.json();
                    assert_eq!(file.announced(), lines.len());
                    let spent = |number: &str| {
                        let line = lines.iter().find(|line| line["number"] == number).unwrap();
                        line["spending"].as_str().unwrap().parse::<f64>().unwrap()
                    };
                    ("NDJSON", (spent("m1") - 10.0, spent("m2") - 20.0), lines.len())
                } else {
                    let file = download(&app, "moving", "CSV", "FULL").await;
                    let (header, rows) = file.csv();
                    assert_eq!(file.announced(), rows.len());
                    let place = |name: &str| header.iter().position(|heading| heading == name).unwrap();
                    let spent = |number: &str| {
                        let row = rows.iter().find(|row| row[place("number")] == number).unwrap();
                        row[place("spending")].parse::<f64>().unwrap()
                    };
                    ("CSV", (spent("m1") - 10.0, spent("m2") - 20.0), rows.len())
                };
                assert!(rows == STAYING || rows == STAYING + MOVING, "{format}: {rows} rows");
                assert!((twins.0 - twins.1).abs() < 0.001, "{format}: {twins:?}");
            }
            done.store(true, Ordering::Relaxed);
        };
        futures::join!(reads, moves(&app, &done));
        let count = app.graphql("{ segment(ref: {key: \"moving\"}) { memberCount } }", Value::Null).await;
        assert!(count["segment"]["memberCount"].is_number());
    }
}
