//! Two server processes on one PostgreSQL change the same segments at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tempfile::TempDir;
use tests::{Random, Served, new_database, random};

use super::tables::Tables;
use super::{Caller, crowd, must, numbers};

const CROWD: usize = 400;
const CALLS: usize = 30;
const KEYS: [&str; 3] = ["a", "b", "c"];

/// What callers were told, by key and field: how many calls changed something, and how many members came or left.
type Told = BTreeMap<&'static str, (usize, usize)>;

async fn call(caller: &Caller, random: &mut Random, told: &mut Told) {
    let key = KEYS.choose(random).unwrap();
    let from = random.random_range(1..CROWD);
    let members = numbers(from..=(from + random.random_range(1..200)).min(CROWD));
    let segment = json!({"key": key});
    let (field, kind, more, input) = match random.random_range(0..100) {
        0..35 => ("assignMembers", "AssignMembersInput", "changed", json!({"segment": segment, "members": members})),
        35..60 => ("unassignMembers", "AssignMembersInput", "changed", json!({"segment": segment, "members": members})),
        60..70 => {
            let name = format!("{key} {}", random.random::<u32>());
            ("updateSegment", "UpdateSegmentInput", "segment { version }", json!({"segment": segment, "name": name}))
        }
        70..78 => ("deactivateSegment", "SegmentRefInput", "segment { active }", json!({"segment": segment})),
        78..88 => ("activateSegment", "SegmentRefInput", "segment { active }", json!({"segment": segment})),
        88..94 => ("removeSegment", "SegmentRefInput", "removedSegmentId", json!({"segment": segment})),
        _ => (
            "createSegment",
            "CreateSegmentInput",
            "segment { memberCount }",
            json!({"name": key, "key": key, "members": members}),
        ),
    };
    let text = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {more} userErrors {{ code }} }} }}");
    let payload = caller.answer(&text, json!({ "input": input })).await;
    if let Some(error) = payload["userErrors"].get(0) {
        let code = error["code"].as_str().unwrap();
        assert!(["NOT_FOUND", "NOT_ALLOWED", "TAKEN"].contains(&code), "{field}: {payload}");
        return;
    }
    let moved = match field {
        "createSegment" => &payload["segment"]["memberCount"],
        _ => &payload["changed"],
    };
    let moved = usize::try_from(moved.as_u64().unwrap_or_default()).unwrap();
    let (calls, all) = told.entry(field).or_default();
    *calls += usize::from(moved > 0 || !["assignMembers", "unassignMembers"].contains(&field));
    *all += moved;
}

/// Reads the log as it grows, always behind the last row that was seen; at the end nothing may have been missed.
async fn follow(url: String, done: Arc<AtomicBool>) -> Vec<[String; 2]> {
    let tables = Tables::open(&url).await;
    let mut seen: Vec<[String; 2]> = Vec::new();
    loop {
        let last_round = done.load(Ordering::Relaxed);
        let after = seen.last().map_or("0", |[id, _]| id.as_str());
        let more = tables
            .rows(["id", "at"], &format!("membership_event WHERE id > {after} ORDER BY membership_event.id"))
            .await;
        seen.extend(more);
        if last_round {
            tables.close().await;
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

#[tokio::test]
async fn two_servers_change_the_same_segments() {
    let url = new_database().await;
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let folder = folders[0].path();
    crowd(&url, folder, CROWD);
    // Both sign with the key in the first one's folder.
    let servers = folders.each_ref().map(|own| Served::start_as(Served::usual(&url, folder), own.path()));
    let callers = [Caller::new(&servers[0], &url, folder).await, Caller::new(&servers[1], &url, folder).await];
    let mut chance = random("what two servers do");
    for key in KEYS {
        let make = "mutation($input: CreateSegmentInput!) { createSegment(input: $input) { userErrors { code } } }";
        let made = callers[0].answer(make, json!({"input": {"name": key, "key": key}})).await;
        assert_eq!(made["userErrors"], json!([]));
    }
    let done = Arc::new(AtomicBool::new(false));
    let following = tokio::spawn(follow(url.clone(), Arc::clone(&done)));
    let working = (0..8).map(|task| {
        let (caller, mut random) = (callers[task % 2].clone(), Random::seed_from_u64(chance.random()));
        tokio::spawn(async move {
            let mut told = Told::new();
            for _ in 0..CALLS {
                call(&caller, &mut random, &mut told).await;
            }
            told
        })
    });
    let mut told = Told::from([("createSegment", (KEYS.len(), 0))]);
    for one in join_all(working.collect::<Vec<_>>()).await {
        for (field, (calls, moved)) in one.unwrap() {
            let sum = told.entry(field).or_default();
            (sum.0, sum.1) = (sum.0 + calls, sum.1 + moved);
        }
    }
    done.store(true, Ordering::Relaxed);
    let seen = following.await.unwrap();
    let tables = Tables::open(&url).await;
    expect_log(&tables, &seen, &told).await;
    expect_trail(&tables, &told).await;
    let segments = tables.segments().await;
    for caller in &callers {
        let all = caller.answer("{ segments { nodes { key memberCount members { totalCount } } } }", json!({})).await;
        for segment in all["nodes"].as_array().unwrap() {
            let count = segments[segment["key"].as_str().unwrap()].members.len();
            assert_eq!((&segment["memberCount"], &segment["members"]["totalCount"]), (&json!(count), &json!(count)));
        }
    }
    tables.close().await;
    println!("{told:?}, {} rows of the log", seen.len());
    must(&url, folder, "verify");
}

/// The log is complete to those who follow it, its instants rise with its ids, comings and goings take turns, and those who
/// belong are those who came and did not leave.
async fn expect_log(tables: &Tables, seen: &[[String; 2]], told: &Told) {
    let columns = ["id", "at", "segment_id", "member_id", "kind", "reason"];
    let log = tables.rows(columns, "membership_event ORDER BY membership_event.id").await;
    assert!(log.len() == seen.len(), "{} rows, {} seen by a follower", log.len(), seen.len());
    let (mut last, mut belong) = (0, BTreeSet::new());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for ([id, at, segment, member, kind, reason], [seen_id, _]) in log.iter().zip(seen) {
        assert_eq!(id, seen_id, "a row came behind one that was seen");
        let at: i64 = at.parse().unwrap();
        assert!(at >= last, "row {id} is of {at}, the one before of {last}");
        last = at;
        *reasons.entry(reason).or_default() += 1;
        let one = (segment.clone(), member.clone());
        assert!(if kind == "JOINED" { belong.insert(one) } else { belong.remove(&one) }, "row {id}: {kind} twice");
    }
    let moved = |field| told.get(field).map_or(0, |(_, moved)| *moved);
    let noted = |reason| reasons.get(reason).copied().unwrap_or_default();
    assert_eq!(noted("ASSIGNED"), moved("assignMembers") + moved("createSegment"));
    assert_eq!(noted("UNASSIGNED"), moved("unassignMembers"));
    let rows = tables.rows(["segment_id", "member_id"], "segment_member").await;
    let found: BTreeSet<(String, String)> = rows.into_iter().map(|[segment, member]| (segment, member)).collect();
    assert!(found == belong, "{} belong, {} by the log", found.len(), belong.len());
}

/// Each answered change has an entry in the audit log, and no other.
async fn expect_trail(tables: &Tables, told: &Told) {
    let entries =
        tables.rows(["action", "COUNT(*)"], "audit_entry WHERE object_kind = 'Segment' GROUP BY action").await;
    let entries: BTreeMap<String, usize> =
        entries.into_iter().map(|[action, count]| (action, count.parse().unwrap())).collect();
    for (field, (calls, _)) in told {
        let noted = entries.get(*field).copied().unwrap_or_default();
        // Switching on what is on is answered too, and leaves no entry.
        let silent = ["activateSegment", "deactivateSegment"].contains(field);
        assert!(noted == *calls || silent && noted < *calls, "{field}: {noted} entries, {calls} calls");
    }
}
