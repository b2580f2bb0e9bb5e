//! The past as the API tells it, against the model.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};
use rand::Rng;
use serde_json::{Value, json};
use tests::{Random, TestApp};

use super::model::{Event, Model};
use super::walk::MEMBERS;
use crate::roll::ends;

/// Compares every day up to today, of every segment that is there.
pub async fn with(app: &TestApp, model: &Model, today: NaiveDate, random: &mut Random) {
    let first = *model.endings.keys().next().unwrap();
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= today).collect();
    for id in model.segments.keys().copied() {
        for day in &days {
            assert_eq!(members_at(app, model, id, *day).await, model.at(id, *day), "segment {id} at the end of {day}");
        }
        for _ in 0..6 {
            let mut ends = [0, 1].map(|_| days[random.random_range(0..days.len())]);
            ends.sort();
            changes(app, model, id, ends).await;
        }
        let expected: Vec<Value> = model.log.iter().rev().filter(|event| event.id == id).map(told).collect();
        let query = "query($r: SegmentRef!, $after: String) { segment(ref: $r) { events(first: 7, after: $after) {
            nodes { segmentKey segmentName kind reason at actor member { number } segment { key } } pageInfo { hasNextPage endCursor } } } }";
        let found = all_pages(app, query, json!({"r": {"key": model.keys[&id]}}), "/segment/events").await;
        assert_eq!(found, with_segment(&expected, model), "events of segment {id}");
        courses(app, model, id, &days).await;
    }
    for member in 0..MEMBERS {
        let expected: Vec<Value> = model.log.iter().rev().filter(|event| event.member == member).map(told).collect();
        let query = "query($r: MemberRef!, $after: String) { member(ref: $r) { events(first: 5, after: $after) {
            nodes { segmentKey segmentName kind reason at actor member { number } segment { key } } pageInfo { hasNextPage endCursor } } } }";
        let found = all_pages(app, query, json!({"r": {"number": format!("m{member}")}}), "/member/events").await;
        assert_eq!(found, with_segment(&expected, model), "events of member {member}");
    }
    overlaps(app, model).await;
}

async fn members_at(app: &TestApp, model: &Model, id: usize, day: NaiveDate) -> BTreeSet<usize> {
    let query = "query($r: SegmentRef!, $at: DateTime!, $after: String) { segment(ref: $r) { membersAt(at: $at, first: 4, after: $after) {
        totalCount nodes { number } pageInfo { hasNextPage endCursor } } } }";
    let asked = json!({"r": {"key": model.keys[&id]}, "at": ends(day)[1]});
    let total = app.graphql(query, asked.clone()).await["segment"]["membersAt"]["totalCount"].as_u64().unwrap();
    let found = all_pages(app, query, asked, "/segment/membersAt").await;
    assert_eq!(found.len() as u64, total);
    found.iter().map(number).collect()
}

async fn changes(app: &TestApp, model: &Model, id: usize, [from, to]: [NaiveDate; 2]) {
    let query =
        "query($r: SegmentRef!, $from: DateTime!, $to: DateTime!) { segment(ref: $r) { changes(from: $from, to: $to) {
        joinerCount leaverCount joiners { nodes { number } totalCount } leavers { nodes { number } totalCount } } } }";
    let asked = json!({"r": {"key": model.keys[&id]}, "from": ends(from)[1], "to": ends(to)[1]});
    let found = app.graphql(query, asked).await["segment"]["changes"].clone();
    let (before, after) = (model.at(id, from), model.at(id, to));
    for (count, list, expected) in [
        ("joinerCount", "joiners", after.difference(&before).copied().collect::<BTreeSet<_>>()),
        ("leaverCount", "leavers", before.difference(&after).copied().collect()),
    ] {
        let listed: BTreeSet<usize> = found[list]["nodes"].as_array().unwrap().iter().map(number).collect();
        assert_eq!(listed, expected, "{list} of {id} from {from} to {to}");
        let expected = json!(expected.len());
        assert_eq!((&found[count], &found[list]["totalCount"]), (&expected, &expected));
    }
}

/// The course by day, week and month, each over the whole time and over a part of it.
async fn courses(app: &TestApp, model: &Model, id: usize, days: &[NaiveDate]) {
    let today = *days.last().unwrap();
    let [whole, part] = [days[0], days[days.len() / 2]].map(|from| [from, today + TimeDelta::days(40)]);
    for (interval, start) in [
        ("DAY", (|day| day) as fn(NaiveDate) -> NaiveDate),
        ("WEEK", |day| day - TimeDelta::days(i64::from(day.weekday().number_from_monday()) - 1)),
        ("MONTH", |day| day.with_day(1).unwrap()),
    ] {
        for [from, to] in [whole, part, [today, today]] {
            let query = "query($r: SegmentRef!, $from: Date!, $to: Date!, $interval: Interval!) { segment(ref: $r) {
                history(from: $from, to: $to, interval: $interval) { date memberCount joiners leavers
                    averageTransactionValue { amount } averageSpending { amount } averageClv { amount } } } }";
            let asked = json!({"r": {"key": model.keys[&id]}, "from": from, "to": to, "interval": interval});
            let found = app.graphql(query, asked).await["segment"]["history"].clone();
            let mut starts: Vec<NaiveDate> =
                from.iter_days().take_while(|day| *day <= to.min(today)).map(start).collect();
            starts.dedup();
            let made = model.segments[&id].made_on;
            starts.retain(|first| *first >= start(made));
            let point = |first: &NaiveDate| {
                let within = |day: NaiveDate| start(day) == *first;
                let count = |joined: bool| {
                    model
                        .log
                        .iter()
                        .filter(|event| event.id == id && event.joined == joined && within(event.day))
                        .count()
                };
                // The last day that is over, or today; later ones are not there yet.
                let last = first.iter_days().take_while(|day| within(*day) && *day <= today).last().unwrap();
                let (_, ending) = model.endings.range(..=last).next_back().unwrap();
                let shown = &ending.averages[&id];
                let amount =
                    |name: &str| if shown[name].is_null() { Value::Null } else { json!({"amount": shown[name]}) };
                json!({"date": first, "memberCount": model.at(id, last).len(), "joiners": count(true), "leavers": count(false),
                    "averageTransactionValue": amount("averageTransactionValue"), "averageClv": amount("averageClv"),
                    "averageSpending": amount("averageSpending")})
            };
            let expected: Value = starts.iter().map(point).collect();
            assert_eq!(found, expected, "{interval} of {id} from {from} to {to}");
        }
    }
}

async fn overlaps(app: &TestApp, model: &Model) {
    let query = "{ segments(first: 250) { nodes { key overlaps { segment { key } shared jaccard } } } }";
    let found = app.graphql(query, json!({})).await["segments"]["nodes"].as_array().unwrap().clone();
    assert_eq!(found.len(), model.segments.len());
    let of = |key: &Value| {
        let id = model.segments.keys().find(|id| model.keys[*id] == key.as_str().unwrap()).unwrap();
        &model.segments[id].members
    };
    for segment in &found {
        let overlaps = segment["overlaps"].as_array().unwrap();
        assert_eq!(overlaps.len(), model.segments.len() - 1);
        for overlap in overlaps {
            let (one, other) = (of(&segment["key"]), of(&overlap["segment"]["key"]));
            let (shared, union) = (one.intersection(other).count(), one.union(other).count());
            let jaccard = if union == 0 { 0.0 } else { shared as f64 / union as f64 };
            assert_eq!((&overlap["shared"], &overlap["jaccard"]), (&json!(shared), &json!(jaccard)), "{overlap}");
        }
        let shared: Vec<i64> = overlaps.iter().map(|overlap| overlap["shared"].as_i64().unwrap()).collect();
        assert!(shared.is_sorted_by(|one, other| one >= other), "{shared:?}");
    }
}

fn told(event: &Event) -> Value {
    json!({"id": event.id, "segmentKey": event.key, "segmentName": event.name, "member": {"number": format!("m{}", event.member)},
        "kind": if event.joined { "JOINED" } else { "LEFT" }, "reason": event.reason, "actor": tests::OWNER,
        "at": instant(event.day)})
}

/// A removed segment is shown no more.
fn with_segment(events: &[Value], model: &Model) -> Vec<Value> {
    let one = |event: &Value| {
        let mut event = event.clone();
        let id = event.as_object_mut().unwrap().remove("id").and_then(|id| id.as_u64()).unwrap();
        let there = model.segments.contains_key(&usize::try_from(id).unwrap());
        event["segment"] = if there { json!({"key": event["segmentKey"]}) } else { Value::Null };
        event
    };
    events.iter().map(one).collect()
}

/// The last millisecond of a day as the API shows it.
fn instant(day: NaiveDate) -> String {
    let last = chrono::DateTime::parse_from_rfc3339(&ends(day)[1]).unwrap();
    crate::calls::shown(last.timestamp_millis())
}

fn number(node: &Value) -> usize {
    node["number"].as_str().unwrap().trim_start_matches('m').parse().unwrap()
}

/// All nodes of a connection, page by page.
pub async fn all_pages(app: &TestApp, query: &str, mut asked: Value, at: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let data = app.graphql(query, asked.clone()).await;
        let page = data.pointer(at).unwrap();
        all.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            return all;
        }
        asked["after"] = page["pageInfo"]["endCursor"].clone();
    }
}
