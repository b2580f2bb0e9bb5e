//! A walk over weeks: each day random operations, and in the end every day's past is what the model remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use rand::Rng;
use rand::seq::IteratorRandom;
use serde_json::{Value, json};
use tests::{Database, Random, TestApp, random};

use super::compare;
use super::model::Model;
use crate::calls::{RECORD, UPSERT, figures, make, members, send};
use crate::roll::{day, ends, reopened, run};
use crate::segments::{ASSIGN, CREATE};

/// A Thursday before a leap day.
const FIRST: &str = "2024-02-22";
pub const MEMBERS: usize = 9;

#[test]
fn every_past_day_is_remembered_on_sqlite() {
    run(Database::Sqlite, FIRST, walk);
}

#[test]
fn every_past_day_is_remembered_on_postgres() {
    run(Database::Postgres, FIRST, walk);
}

async fn walk(first: Arc<TestApp>) {
    let mut random = random("history");
    let numbers: Vec<String> = (0..MEMBERS).map(|number| format!("m{number}")).collect();
    members(&first, &numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut model = Model::default();
    let mut today = day(FIRST);
    for step in 0..12 {
        let app = reopened(&first, today).await;
        for turn in 0..random.random_range(2..9) {
            one_operation(&app, &mut model, today, &mut random, &format!("{step}-{turn}")).await;
        }
        let mut averages = BTreeMap::new();
        for id in model.segments.keys() {
            averages.insert(*id, figures(&app, &model.keys[id]).await);
        }
        model.end(today, averages);
        if step == 11 {
            compare::with(&app, &model, today, &mut random).await;
        }
        app.verify().await;
        app.stop().await;
        // Often the next day, sometimes over the end of a week or a month.
        today += TimeDelta::days(if random.random_bool(0.5) { 1 } else { random.random_range(2..12) });
    }
}

fn some_members(random: &mut Random) -> BTreeSet<usize> {
    let count = random.random_range(1..=MEMBERS);
    (0..MEMBERS).choose_multiple(random, count).into_iter().collect()
}

fn named(who: &BTreeSet<usize>) -> Value {
    who.iter().map(|member| json!({"number": format!("m{member}")})).collect()
}

async fn one_operation(app: &TestApp, model: &mut Model, today: NaiveDate, random: &mut Random, tag: &str) {
    let chosen = model.segments.keys().copied().choose(random);
    let Some(id) = chosen.filter(|_| random.random_bool(0.85)) else {
        return make_one(app, model, today, random, tag).await;
    };
    let key = model.keys[&id].clone();
    let active = model.segments[&id].active;
    let of_segment = json!({"segment": {"key": key}});
    match random.random_range(0..10) {
        0..=3 => {
            let (who, joined) = (some_members(random), random.random_bool(0.6));
            let (call, name) = if joined { (ASSIGN, "assignMembers") } else { (UNASSIGN, "unassignMembers") };
            let input = json!({"segment": {"key": key}, "members": named(&who)});
            let done = app.graphql(call, json!({ "input": input })).await[name].clone();
            if active {
                let reason = if joined { "ASSIGNED" } else { "UNASSIGNED" };
                let moved = model.move_members(id, &who, joined, reason, today);
                assert_eq!(
                    (&done["changed"], &done["unchanged"]),
                    (&json!(moved), &json!(who.len() - moved)),
                    "{done}"
                );
            } else {
                assert_eq!(done["userErrors"][0]["code"], "NOT_ALLOWED", "{done}");
            }
        }
        4 => {
            let call = if active { "deactivateSegment" } else { "activateSegment" };
            change(app, call, &of_segment).await;
            model.segments.get_mut(&id).unwrap().active = !active;
        }
        5 => {
            let name = format!("name {tag}");
            change(app, "updateSegment", &json!({"segment": {"key": key}, "name": name})).await;
            model.segments.get_mut(&id).unwrap().name = name;
        }
        6 => {
            let name = format!("copy {tag}");
            let made = change(app, "duplicateSegment", &json!({"segment": {"key": key}, "name": name})).await;
            let copy = model.make(made["key"].as_str().unwrap(), &name, true, today);
            let all = model.segments[&id].members.clone();
            model.move_members(copy, &all, true, "ASSIGNED", today);
        }
        7 => {
            let call = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { code } } }";
            let gone = app.graphql(call, json!({ "input": of_segment })).await;
            assert_eq!(gone["removeSegment"]["userErrors"], json!([]));
            model.remove(id, today);
        }
        8 => {
            let consent = json!({"number": format!("m{}", random.random_range(0..MEMBERS)), "marketingConsent": random.random_bool(0.5)});
            send(app, UPSERT, json!([consent])).await;
        }
        _ => {
            let member = random.random_range(0..MEMBERS);
            let amount = random.random_range(1..9_999);
            let sale = json!({"document": tag, "member": {"number": format!("m{member}")},
                "amount": crate::calls::money(amount), "at": ends(today)[0]});
            make(app, RECORD, json!([sale])).await;
        }
    }
}

async fn make_one(app: &TestApp, model: &mut Model, today: NaiveDate, random: &mut Random, tag: &str) {
    let active = random.random_bool(0.8);
    let who = if active && random.random_bool(0.7) { some_members(random) } else { BTreeSet::new() };
    // A key that was free again is taken again.
    let used: BTreeSet<String> = model.segments.keys().map(|id| model.keys[id].clone()).collect();
    let key = (0..).map(|number| format!("k{number}")).find(|key| !used.contains(key)).unwrap();
    let name = format!("new {tag}");
    let input = json!({"name": name, "key": key, "active": active, "members": named(&who)});
    let made = app.graphql(CREATE, json!({ "input": input })).await;
    assert_eq!(made["createSegment"]["userErrors"], json!([]), "{made}");
    let id = model.make(&key, &name, active, today);
    model.move_members(id, &who, true, "ASSIGNED", today);
}

const UNASSIGN: &str = "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) {
    changed unchanged userErrors { code field } } }";

/// Changes a segment and answers it.
pub async fn change(app: &TestApp, call: &str, input: &Value) -> Value {
    let kind = match call {
        "updateSegment" => "UpdateSegmentInput",
        "duplicateSegment" => "DuplicateSegmentInput",
        _ => "SegmentRefInput",
    };
    let text = format!(
        "mutation($input: {kind}!) {{ {call}(input: $input) {{ segment {{ key version }} userErrors {{ code field }} }} }}"
    );
    let done = app.graphql(&text, json!({ "input": input })).await[call].clone();
    assert_eq!(done["userErrors"], json!([]), "{call} {input}");
    done["segment"].clone()
}
