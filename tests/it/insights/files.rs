//! The customers whom a group of the value snapshot counts, as a file.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::model::Model;
use crate::calls::{POINTS, RECORD, UPSERT, days, make, segment};
use crate::exports::fetch;

const GROUPS: [&str; 4] = ["nonMembers", "members", "redeemingMembers", "nonRedeemingMembers"];
const LOG: &str = "{ auditLog(first: 1) { nodes { action objectKind objectName changes } } }";

/// Two members who redeemed and two who did not, two guests, one who bought long ago, and nobody's sale.
async fn fill(app: &TestApp) {
    crate::program::update(app, json!({"launchedOn": "2020-01-01"})).await;
    let people = ["a", "b", "c", "d", "old"]
        .map(|number| json!({"number": number, "firstName": format!("=name {number}"), "enrolledAt": days(-900)}));
    let guests = ["g", "h"].map(|number| json!({ "number": number }));
    make(app, UPSERT, people.into_iter().chain(guests).collect()).await;
    let sale = |number: &str, day: i64| json!({"document": format!("{number}{day}"), "member": {"number": number}, "amount": "2", "at": days(day)});
    let sales = [
        sale("a", -3),
        sale("a", -4),
        sale("b", -5),
        sale("c", -6),
        sale("d", -400),
        sale("g", -7),
        sale("h", -8),
        sale("old", -800),
    ];
    make(
        app,
        RECORD,
        sales.into_iter().chain([json!({"document": "nobody", "amount": "9", "at": days(-1)})]).collect(),
    )
    .await;
    // Taken back: h is no buyer.
    make(
        app,
        RECORD,
        json!([{"document": "back", "kind": "RETURN", "amount": "2", "at": days(0), "returnsDocument": "h-8"}]),
    )
    .await;
    let entry = |number: &str, kind: &str| json!({"member": {"number": number}, "kind": kind, "points": 5, "at": days(-2), "document": kind});
    make(
        app,
        POINTS,
        json!([entry("a", "EARNED"), entry("a", "REDEEMED"), entry("b", "EARNED"), entry("d", "REDEEMED")]),
    )
    .await;
    segment(app, "some", &["a", "c", "h"]).await;
}

fn links(field: &str, arguments: &str) -> String {
    let groups =
        GROUPS.map(|group| format!("{group} {{ customers export{arguments} {{ url fileName rows expiresAt }} }}"));
    format!("{field} {{ from to {} }}", groups.join(" "))
}

on_both! {
    async fn a_file_has_those_who_are_counted(app) {
        fill(&app).await;
        let model = Model::read(&app).await;
        let today = model.today;
        let year = today - chrono::TimeDelta::days(900);
        let shown = app.graphql(&format!("{{ {} wide: {} segment(ref: {{key: \"some\"}}) {{ {} }} }}",
            links("valueSnapshot", ""), links(&format!("valueSnapshot(from: \"{year}\")"), "(format: NDJSON)"), links("snapshot", "(layout: MAILCHIMP)")), json!({})).await;
        let expected = [
            ("/valueSnapshot", None, None, [vec!["g"], vec!["a", "b", "c"], vec!["a"], vec!["b", "c"]]),
            ("/wide", None, Some(year), [vec!["g"], vec!["a", "b", "c", "d", "old"], vec!["a", "d"], vec!["b", "c", "old"]]),
            ("/segment/snapshot", Some("some"), None, [vec![], vec!["a", "c"], vec!["a"], vec!["c"]]),
        ];
        for (place, segment, from, numbers) in expected {
            for (group, numbers) in GROUPS.into_iter().zip(numbers) {
                let figures = &shown.pointer(place).unwrap()[group];
                let link = &figures["export"];
                assert_eq!((&link["rows"], &figures["customers"]), (&json!(numbers.len()), &json!(numbers.len())), "{place} {group}: {figures}");
                let name = link["fileName"].as_str().unwrap();
                let slug = match group { "nonMembers" => "non-members", "members" => "members", "redeemingMembers" => "redeeming-members", _ => "non-redeeming-members" };
                let of = segment.unwrap_or("customers");
                assert!(name.starts_with(&format!("{of}-{slug}-{today}.")), "{name}");
                let file = fetch(&app, link["url"].as_str().unwrap()).await;
                assert_eq!((file.status.as_u16(), file.headers["x-row-count"].to_str().unwrap()), (200, numbers.len().to_string().as_str()), "{}", file.text);
                assert!(file.headers["content-disposition"].to_str().unwrap().contains(name));
                let column = match segment { Some(_) => "Customer Number", None => "number" };
                let found: BTreeSet<String> = if name.ends_with("ndjson") {
                    file.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_str().unwrap().to_owned()).collect()
                } else {
                    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
                    let place = reader.headers().unwrap().iter().position(|heading| heading == column).unwrap();
                    reader.records().map(|row| row.unwrap()[place].to_owned()).collect()
                };
                assert_eq!(found, numbers.iter().map(|number| (*number).to_owned()).collect(), "{place} {group}");
                let of = segment.map(|key| &model.segments[key]);
                assert_eq!(found, model.customers(group, of, model.days(from, None)));
                let log = app.graphql(LOG, json!({})).await["auditLog"]["nodes"][0].clone();
                let expected = if segment.is_some() { ("Segment", "some") } else { ("Member", "the value snapshot's customers") };
                assert_eq!((log["action"].as_str().unwrap(), (log["objectKind"].as_str().unwrap(), log["objectName"].as_str().unwrap())), ("download", expected), "{log}");
                assert!(log["changes"].to_string().contains(&today.to_string()), "{log}");
                // A link works once.
                assert_eq!(fetch(&app, link["url"].as_str().unwrap()).await.status, 410);
            }
        }
    }

    async fn a_file_shows_the_moment_of_its_fetching(app) {
        fill(&app).await;
        let ask = format!("{{ {} segment(ref: {{key: \"some\"}}) {{ {} }} }}", links("valueSnapshot", ""), links("snapshot", ""));
        let shown = app.graphql(&ask, json!({})).await;
        crate::privacy::erase(&app, "a").await;
        let file = fetch(&app, shown["valueSnapshot"]["members"]["export"]["url"].as_str().unwrap()).await;
        assert_eq!(file.headers["x-row-count"], "2", "{}", file.text);
        assert!(file.text.contains("'=name b") && !file.text.contains("name a"), "{}", file.text);
        let remove = "mutation { removeSegment(input: {segment: {key: \"some\"}}) { removedSegmentId } }";
        app.graphql(remove, json!({})).await;
        let file = fetch(&app, shown["segment"]["snapshot"]["members"]["export"]["url"].as_str().unwrap()).await;
        assert_eq!(file.status, 410, "{}", file.text);
    }
}
