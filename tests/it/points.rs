//! The points ledger: what each kind of entry moves, what is refused, and the balance per member and in total.

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use crate::calls::{POINTS, Taken, UPSERT, days, from_now, make, members, metrics, problems, refused, send};

const ENTRIES: &str =
    "query($n: String, $f: Int, $c: String) { member(ref: {number: $n}) { pointsEntries(first: $f, after: $c) {
    nodes { id kind points at origin document } pageInfo { hasNextPage endCursor } } } }";

fn entry(document: &str, kind: &str, points: i64) -> Value {
    json!({"member": {"number": "m1"}, "kind": kind, "points": points, "at": days(-1), "document": document})
}

fn with(row: &Value, changes: &Value) -> Value {
    crate::documents::with(row, changes)
}

/// Balance, earned and redeemed.
async fn ledger(app: &TestApp, number: &str) -> [String; 3] {
    let metrics = metrics(app, number).await;
    ["pointsBalance", "pointsEarned", "pointsRedeemed"].map(|name| metrics[name].as_str().unwrap().to_owned())
}

async fn entries(app: &TestApp, number: &str) -> Vec<Value> {
    let data = app.graphql(ENTRIES, json!({"n": number, "f": 250})).await;
    data["member"]["pointsEntries"]["nodes"].as_array().unwrap().clone()
}

on_both! {
    async fn each_kind_moves_the_balance_its_way(app) {
        members(&app, &["m1", "m2"]).await;
        for (step, (kind, points, expected)) in [
            ("EARNED", 100, ["100", "100", "0"]),
            ("REDEEMED", 30, ["70", "100", "30"]),
            ("EXPIRED", 20, ["50", "100", "30"]),
            ("ADJUSTED", 5, ["55", "100", "30"]),
            ("ADJUSTED", -65, ["-10", "100", "30"]),
            ("EARNED", 0, ["-10", "100", "30"]),
            ("EARNED", 2_147_483_647, ["2147483637", "2147483747", "30"]),
            ("EARNED", 2_147_483_647, ["4294967284", "4294967394", "30"]),
        ].into_iter().enumerate() {
            make(&app, POINTS, json!([entry(&format!("p{step}"), kind, points)])).await;
            assert_eq!(ledger(&app, "m1").await, expected, "{kind} {points}");
        }
        assert_eq!(ledger(&app, "m2").await, ["0", "0", "0"]);
    }

    async fn what_cannot_be_recorded_is_named(app) {
        members(&app, &["m1"]).await;
        make(&app, UPSERT, json!([{"number": "x", "email": "t@example.org"}, {"number": "y", "email": "T@example.org"}])).await;
        let good = entry("p", "EARNED", 5);
        for (change, problem) in [
            (json!({"points": -1}), "points INVALID"),
            (json!({"points": 2_147_483_648_i64}), "points INVALID"),
            (json!({"points": -2_147_483_649_i64, "kind": "ADJUSTED"}), "points INVALID"),
            (json!({"points": -1, "kind": "REDEEMED"}), "points INVALID"),
            (json!({"points": -1, "kind": "EXPIRED"}), "points INVALID"),
            (json!({"document": " "}), "document BLANK"),
            (json!({"document": "\u{0}"}), "document INVALID"),
            (json!({"document": "x".repeat(101)}), "document TOO_LONG"),
            (json!({"document": "x".repeat(1 << 20)}), "document TOO_LONG"),
            (json!({"origin": "x".repeat(51)}), "origin TOO_LONG"),
            (json!({"origin": "a\u{0}"}), "origin INVALID"),
            (json!({"at": "1899-12-31T00:00:00Z"}), "at INVALID"),
            (json!({"at": "0000-01-01T00:00:00Z"}), "at INVALID"),
            (json!({"at": from_now(chrono::TimeDelta::minutes(24 * 60 + 1))}), "at INVALID"),
            (json!({"member": {"number": "nobody"}}), "member NOT_FOUND"),
            (json!({"member": {"email": "t@Example.org"}}), "member AMBIGUOUS"),
            (json!({"member": {"id": "junk"}}), "member NOT_FOUND"),
        ] {
            assert_eq!(refused(&app, POINTS, with(&good, &change)).await, problem);
        }
        for change in [
            json!({"points": 9_223_372_036_854_775_808_u64}), json!({"points": 1.5}), json!({"points": "5"}), json!({"points": null}),
            json!({"kind": "GIFT"}), json!({"at": "10000-01-01T00:00:00Z"}), json!({"member": null}),
        ] {
            let answer = app.send(Some(&app.token), POINTS, json!({"t": [with(&good, &change)]})).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{change}: {}", answer.body);
            let field = change.as_object().unwrap().keys().next().unwrap();
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(field), "{change}: {}", answer.body);
        }
        // Good rows between bad ones are kept.
        let rows = json!([good, with(&good, &json!({"document": "q", "points": -1})), with(&good, &json!({"document": "r", "origin": " "}))]);
        let taken = send(&app, POINTS, rows).await;
        assert_eq!(taken, Taken { created: 2, updated: 0, duplicates: 0, problems: vec!["1.points INVALID".to_owned()] });
        assert_eq!(ledger(&app, "m1").await, ["10", "10", "0"]);
        assert_eq!(entries(&app, "m1").await[0]["origin"], Value::Null);
        let many: Vec<Value> = (0..10_001).map(|row| entry(&format!("t{row}"), "EARNED", 1)).collect();
        let answer = app.graphql(POINTS, json!({ "t": many })).await;
        assert_eq!(answer["recordPoints"]["userErrors"][0]["code"], "TOO_MANY");
        assert_eq!(answer["recordPoints"]["userErrors"][0]["field"], json!(["input", "entries"]));
        make(&app, POINTS, many[..10_000].iter().cloned().collect()).await;
        assert_eq!(ledger(&app, "m1").await[0], "10010");
    }

    async fn an_entry_counts_once(app) {
        make(&app, UPSERT, json!([{"number": "m1", "email": "m1@example.org"}, {"number": "m2"}])).await;
        let row = with(&entry("p1", "EARNED", 10), &json!({"origin": "PURCHASE"}));
        let other = with(&row, &json!({"member": {"number": "m2"}}));
        let again = with(&row, &json!({"member": {"email": "M1@example.org"}, "document": " p1 ", "origin": " PURCHASE "}));
        let taken = send(&app, POINTS, json!([row, row, other, again])).await;
        assert_eq!(taken, Taken { created: 2, updated: 0, duplicates: 2, problems: vec![] });
        assert_eq!(send(&app, POINTS, json!([again, other])).await.duplicates, 2);
        for change in [json!({"points": 11}), json!({"kind": "ADJUSTED"}), json!({"at": days(-2)}), json!({"origin": "REWARD"}), json!({"origin": null})] {
            assert_eq!(refused(&app, POINTS, with(&row, &change)).await, "document CONFLICT", "{change}");
        }
        let twice = with(&row, &json!({"document": "p2"}));
        assert_eq!(problems(&app, POINTS, json!([twice, with(&twice, &json!({"points": 12}))])).await, ["1.document CONFLICT"]);
        assert_eq!((ledger(&app, "m1").await, ledger(&app, "m2").await), (["20", "20", "0"].map(str::to_owned), ["10", "10", "0"].map(str::to_owned)));
    }

    async fn the_balance_adds_up_per_member_and_in_total(app) {
        let mut random = random("points");
        let names = ["m0", "m1", "m2", "m3"];
        members(&app, &names).await;
        let mut sums = [[0_i64; 4]; 4];
        let mut rows = Vec::new();
        for document in 0..200 {
            let (member, kind) = (random.random_range(0..4), random.random_range(0..4));
            let points: i64 = random.random_range(if kind == 3 { -999 } else { 0 }..1_000);
            sums[member][kind] += points;
            let word = ["EARNED", "REDEEMED", "EXPIRED", "ADJUSTED"][kind];
            rows.push(with(&entry(&document.to_string(), word, points), &json!({"member": {"number": names[member]}})));
        }
        for part in rows.chunks(37) {
            make(&app, POINTS, part.iter().cloned().collect()).await;
            let again = part.choose(&mut random).unwrap();
            assert_eq!(send(&app, POINTS, json!([again])).await.duplicates, 1);
        }
        let balance = |sums: &[i64; 4]| sums[0] - sums[1] - sums[2] + sums[3];
        let mut outstanding = 0;
        for (name, sums) in names.iter().zip(&sums) {
            let found = ledger(&app, name).await;
            assert_eq!(found, [balance(sums), sums[0], sums[1]].map(|sum| sum.to_string()), "{name}");
            outstanding += found[0].parse::<i64>().unwrap();
            // What is listed comes to the same.
            let listed: i64 = entries(&app, name).await.iter().map(|entry| {
                let points = entry["points"].as_i64().unwrap();
                if ["REDEEMED", "EXPIRED"].contains(&entry["kind"].as_str().unwrap()) { -points } else { points }
            }).sum();
            assert_eq!(listed, balance(sums), "{name}");
        }
        let total = sums.iter().fold([0; 4], |mut total, sums| {
            total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
            total
        });
        assert_eq!(outstanding, balance(&total));
    }

    async fn entries_come_newest_first(app) {
        members(&app, &["m1", "m2"]).await;
        let at = |document: &str, at: &str| with(&entry(document, "EARNED", 1), &json!({ "at": at }));
        make(&app, POINTS, json!([at("a", "2024-01-02T00:00:00Z"), at("b", "2024-01-04T01:00:00+02:00"), at("c", "2024-01-03T00:00:00.001Z"),
            at("d", "2024-01-03T00:00:00Z")])).await;
        make(&app, POINTS, json!([at("e", "2024-01-03T00:00:00Z"), with(&at("other", "2024-01-09T00:00:00Z"), &json!({"member": {"number": "m2"}}))])).await;
        let read = entries(&app, "m1").await;
        let order: Vec<&str> = read.iter().map(|entry| entry["document"].as_str().unwrap()).collect();
        assert_eq!(order, ["b", "c", "e", "d", "a"]);
        assert_eq!(read[0]["at"], "2024-01-03T23:00:00.000Z");
        let (mut cursor, mut paged) = (Value::Null, Vec::new());
        loop {
            let data = app.graphql(ENTRIES, json!({"n": "m1", "f": 2, "c": cursor})).await;
            let part = &data["member"]["pointsEntries"];
            paged.extend(part["nodes"].as_array().unwrap().clone());
            cursor = part["pageInfo"]["endCursor"].clone();
            if part["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(paged, read);
        let again = app.graphql("query($id: ID!) { node(id: $id) { id ... on PointsEntry { document kind } } }", json!({"id": read[1]["id"]})).await;
        assert_eq!(again["node"], json!({"id": read[1]["id"], "document": "c", "kind": "EARNED"}));
    }
}
