//! Pages while others write: a row whose order and match do not change appears exactly once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::Rng;
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use crate::segments::{ASSIGN, CREATE, numbers, shop};

const UNASSIGN: &str =
    "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed userErrors { code } } }";
const REMOVE: &str = "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { userErrors { code } } }";
const RECORD: &str = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created } }";
/// Members of the segments that stand still; the others move.
const STILL: usize = 30;
const MEMBERS: usize = 45;
const SEGMENTS: usize = 40;

/// One list by pages, forward or backward: how often each key came.
async fn walk(app: &TestApp, order: &Value, backward: bool) -> HashMap<String, usize> {
    let text = "query($first: Int, $after: String, $last: Int, $before: String, $o: SegmentOrder) { segments(first: $first, after: $after,
        last: $last, before: $before, orderBy: $o, filter: {not: {tag: {eq: \"hidden\"}}}) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { key } } }";
    let (many, beyond, more, end) = if backward {
        ("last", "before", "hasPreviousPage", "startCursor")
    } else {
        ("first", "after", "hasNextPage", "endCursor")
    };
    let (mut seen, mut cursor) = (HashMap::new(), Value::Null);
    loop {
        let data = app.graphql(text, json!({"o": order, many: 4, beyond: cursor})).await;
        let page = &data["segments"];
        for node in page["nodes"].as_array().unwrap() {
            *seen.entry(node["key"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        if page["pageInfo"][more] == false {
            return seen;
        }
        cursor = page["pageInfo"][end].clone();
        assert!(!cursor.is_null());
    }
}

/// Makes, fills, empties and removes segments of its own, and sells to members of nobody else's, until it is told to stop.
async fn write(app: Arc<TestApp>, task: usize, stop: Arc<AtomicBool>, written: Arc<AtomicUsize>) {
    let mut random = random("a writer");
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let key = format!("w{task}-{}", random.random_range(0..4));
        let some = |random: &mut tests::Random| -> Vec<usize> {
            (0..random.random_range(1..20)).map(|_| random.random_range(STILL + 1..=MEMBERS)).collect()
        };
        // A name anywhere in the alphabet.
        let name = format!("{}{task}-{round}", char::from(random.random_range(b'a'..=b'z')));
        let tags: &[&str] = if random.random_bool(0.3) { &["hidden"] } else { &[] };
        let members = numbers(some(&mut random));
        match random.random_range(0..5) {
            0 => {
                app.graphql(CREATE, json!({"input": {"name": name, "key": key, "tags": tags, "members": members}}))
                    .await
            }
            1 => app.graphql(REMOVE, json!({"input": {"segment": {"key": key}}})).await,
            2 => app.graphql(ASSIGN, json!({"input": {"segment": {"key": key}, "members": members}})).await,
            3 => app.graphql(UNASSIGN, json!({"input": {"segment": {"key": key}, "members": members}})).await,
            _ => {
                let sale = json!({"document": format!("w{task}-{round}"), "member": {"number": format!("m{}", random.random_range(STILL + 1..=MEMBERS))},
                    "amount": random.random_range(1..500), "at": "2026-01-05T10:00:00Z"});
                app.graphql(RECORD, json!({"t": [sale]})).await
            }
        };
        written.fetch_add(1, Ordering::Relaxed);
    }
}

on_both! {
    async fn rows_that_stand_still_come_exactly_once(app) {
        shop(&app, MEMBERS).await;
        let mut random = random("segments that stand still");
        for number in 0..SEGMENTS {
            let (from, many) = (random.random_range(1..STILL - 4), number % 5);
            let name = format!("{}{number}", char::from(b'a' + u8::try_from(number % 26).unwrap()));
            let input = json!({"name": name, "key": format!("still-{number}"), "members": numbers(from..from + many)});
            let made = app.graphql(CREATE, json!({ "input": input })).await;
            assert_eq!(made["createSegment"]["userErrors"], json!([]));
        }
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let writers: Vec<_> =
            (0..3).map(|task| tokio::spawn(write(Arc::clone(&app), task, Arc::clone(&stop), Arc::clone(&written)))).collect();
        let (mut others, mut round) = (0, 0);
        // Until much has been written; SQLite waits for the disk each time.
        while round < 4 || (written.load(Ordering::Relaxed) < 90 && round < 400) {
            for (field, direction) in [("NAME", "ASC"), ("MEMBERS", "DESC"), ("AVERAGE_TRANSACTION_VALUE", "DESC"), ("AVERAGE_TRANSACTION_VALUE", "ASC")] {
                let seen = walk(&app, &json!({"field": field, "direction": direction}), round % 2 == 1).await;
                for number in 0..SEGMENTS {
                    assert_eq!(seen.get(&format!("still-{number}")), Some(&1), "{field} {direction} {number}");
                }
                others += seen.len() - SEGMENTS;
            }
            round += 1;
        }
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.unwrap();
        }
        let written = written.load(Ordering::Relaxed);
        assert!(written > 30 && others > 0, "{written} writes, {others} moving rows seen: nothing moved");
    }
}
