//! Several callers change the same segments at once, while somebody reads the log as it grows: nothing is told twice,
//! late, or differently afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use rand::Rng;
use rand::seq::IndexedRandom;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use super::instants::{events, fold, members_at, millis};
use crate::segments::{ASSIGN, CREATE, numbers, shop};

const KEYS: [&str; 3] = ["a", "b", "c"];
const MEMBERS: usize = 30;
const CALLERS: usize = 4;

/// A row of the log.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    id: i64,
    at: i64,
}

async fn rows_after(app: &TestApp, id: i64) -> Vec<Row> {
    let db = app.app.db.reader();
    let text = format!("SELECT id, at FROM membership_event WHERE id > {id} ORDER BY id");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| Row { id: row.try_get("", "id").unwrap(), at: row.try_get("", "at").unwrap() }).collect()
}

async fn one_caller(app: Arc<TestApp>, number: usize) -> BTreeMap<&'static str, i64> {
    let mut random = random(&format!("history at once, caller {number}"));
    let mut moved: BTreeMap<&'static str, i64> = BTreeMap::new();
    for turn in 0..18 {
        let key = *KEYS.choose(&mut random).unwrap();
        let who: Vec<usize> = (0..random.random_range(1..MEMBERS)).map(|_| random.random_range(1..=MEMBERS)).collect();
        let segment = json!({"key": key});
        match random.random_range(0..10) {
            0 => {
                let call = *["activateSegment", "deactivateSegment"].choose(&mut random).unwrap();
                let text =
                    format!("mutation($i: SegmentRefInput!) {{ {call}(input: $i) {{ userErrors {{ code }} }} }}");
                app.graphql(&text, json!({"i": {"segment": segment}})).await;
            }
            1 => {
                let name = format!("{key} by {number} in {turn}");
                let text = "mutation($i: UpdateSegmentInput!) { updateSegment(input: $i) { userErrors { code } } }";
                app.graphql(text, json!({"i": {"segment": segment, "name": name}})).await;
            }
            2 => {
                let text = "mutation($i: DuplicateSegmentInput!) { duplicateSegment(input: $i) {
                    segment { id memberCount members { totalCount } } userErrors { code } } }";
                let name = format!("copy by {number} in {turn}");
                let made = app.graphql(text, json!({"i": {"segment": segment, "name": name}})).await["duplicateSegment"]["segment"].clone();
                assert_eq!(made["memberCount"], made["members"]["totalCount"]);
                let text = "mutation($i: SegmentRefInput!) { removeSegment(input: $i) { userErrors { code } } }";
                let gone = app.graphql(text, json!({"i": {"segment": {"id": made["id"]}}})).await;
                assert_eq!(gone["removeSegment"]["userErrors"], json!([]));
            }
            turn => {
                let (call, sign) = if turn < 7 { ("assignMembers", 1) } else { ("unassignMembers", -1) };
                let text = format!(
                    "mutation($input: AssignMembersInput!) {{ {call}(input: $input) {{ changed userErrors {{ code }} }} }}"
                );
                let done = app.graphql(&text, json!({"input": {"segment": segment, "members": numbers(who)}})).await
                    [call]
                    .clone();
                if done["userErrors"] == json!([]) {
                    *moved.entry(key).or_default() += sign * done["changed"].as_i64().unwrap();
                } else {
                    assert_eq!(done["userErrors"], json!([{"code": "NOT_ALLOWED"}]));
                }
            }
        }
    }
    moved
}

on_both! {
    async fn the_log_tells_one_story(app) {
        shop(&app, MEMBERS).await;
        for key in KEYS {
            app.graphql(CREATE, json!({"input": {"name": key, "key": key}})).await;
        }
        app.graphql(ASSIGN, json!({"input": {"segment": {"key": "a"}, "members": numbers(1..=5)}})).await;
        let over = Arc::new(AtomicBool::new(false));
        // Who reads on from the last row seen must have missed none: ids are given away in the order of the commits.
        let reader = tokio::spawn({
            let (app, over) = (Arc::clone(&app), Arc::clone(&over));
            async move {
                let mut seen: Vec<Row> = Vec::new();
                loop {
                    let last_look = over.load(Ordering::SeqCst);
                    seen.extend(rows_after(&app, seen.last().map_or(0, |row| row.id)).await);
                    if last_look {
                        return seen;
                    }
                    tokio::task::yield_now().await;
                }
            }
        });
        let callers = (0..CALLERS).map(|number| tokio::spawn(one_caller(Arc::clone(&app), number)));
        let mut expected = BTreeMap::from([("a", 5)]);
        for moved in join_all(callers).await {
            for (key, moved) in moved.unwrap() {
                *expected.entry(key).or_default() += moved;
            }
        }
        over.store(true, Ordering::SeqCst);
        let seen = reader.await.unwrap();
        assert_eq!(seen, rows_after(&app, 0).await, "the reader missed rows, or saw others");
        assert!(seen.is_sorted_by(|one, next| one.id < next.id && one.at <= next.at));

        let mut random = random("instants of the past");
        for key in KEYS {
            let events = events(&app, key).await;
            let now = fold(&events, i64::MAX);
            let text = "query($k: String!) { segment(ref: {key: $k}) { memberCount members { nodes { number } } } }";
            let segment = app.graphql(text, json!({"k": key})).await["segment"].clone();
            assert_eq!(segment["memberCount"], json!(expected.get(key).copied().unwrap_or_default()));
            let listed: Vec<&Value> = segment["members"]["nodes"].as_array().unwrap().iter().map(|node| &node["number"]).collect();
            assert_eq!(listed.len(), now.len());
            assert!(listed.iter().all(|number| now.contains(number.as_str().unwrap())));
            for _ in 0..12 {
                let Some(event) = events.choose(&mut random) else { break };
                for at in [millis(event), millis(event) - 1] {
                    assert_eq!(members_at(&app, key, at).await, fold(&events, at), "{key} at {at}");
                }
            }
        }
    }
}
