//! Several callers at once: names and keys are taken once, and every figure stays exact.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use crate::segments::{ASSIGN, CREATE, numbers, shop};

const UNASSIGN: &str =
    "mutation($input: AssignMembersInput!) { unassignMembers(input: $input) { changed userErrors { code } } }";
const REMOVE: &str =
    "mutation($input: SegmentRefInput!) { removeSegment(input: $input) { removedSegmentId userErrors { code } } }";
const MANY: usize = 8;

/// Asks all at once, each in a task of its own; answers the payloads in order.
async fn at_once(app: &Arc<TestApp>, text: &'static str, inputs: Vec<Value>) -> Vec<Value> {
    let calls = inputs.into_iter().map(|input| {
        let app = Arc::clone(app);
        tokio::spawn(async move { app.graphql(text, json!({ "input": input })).await })
    });
    let answers = join_all(calls).await.into_iter();
    answers.map(|answer| answer.unwrap().as_object().unwrap().values().next().unwrap().clone()).collect()
}

/// Exactly one came through, all others were told that the field is taken.
fn one_won(payloads: &[Value], field: &str) {
    let won = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count();
    assert_eq!(won, 1, "{payloads:?}");
    for lost in payloads.iter().filter(|payload| payload["userErrors"] != json!([])) {
        assert_eq!(lost["segment"], Value::Null);
        let errors = lost["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1);
        assert_eq!((&errors[0]["code"], &errors[0]["field"]), (&json!("TAKEN"), &json!(["input", field])), "{lost}");
    }
}

async fn count(app: &TestApp) -> u64 {
    app.graphql("{ segments { totalCount } }", json!({})).await["segments"]["totalCount"].as_u64().unwrap()
}

on_both! {
    async fn a_name_is_taken_once_whatever_its_case(app) {
        let spelt = ["Same Gäste", "same gäste", "SAME GÄSTE", "Same gÄSTE", " Same Gäste ", "Ｓame Gäste", "same GÄSTE", "Same Ga\u{308}ste"];
        for with_key in [false, true] {
            let input = |(place, name): (usize, &&str)| if with_key { json!({"name": name, "key": format!("k{place}")}) } else { json!({"name": name}) };
            let made = at_once(&app, CREATE, spelt.iter().enumerate().map(input).collect()).await;
            one_won(&made, "name");
            assert_eq!(count(&app).await, 1);
            // Accents count.
            let other = app.graphql(CREATE, json!({"input": {"name": "Same Gaste"}})).await;
            assert_eq!(other["createSegment"]["userErrors"], json!([]));
            // Removed by several at once, it is free again.
            let key = made.iter().find_map(|payload| payload["segment"]["key"].as_str()).unwrap();
            let gone = at_once(&app, REMOVE, vec![json!({"segment": {"key": key}}); MANY]).await;
            assert_eq!(gone.iter().filter(|payload| payload["userErrors"] == json!([])).count(), 1, "{gone:?}");
            assert_eq!(gone.iter().filter(|payload| payload["userErrors"] == json!([{"code": "NOT_FOUND"}])).count(), MANY - 1, "{gone:?}");
            let key = &other["createSegment"]["segment"]["key"];
            app.graphql(REMOVE, json!({"input": {"segment": {"key": key}}})).await;
            assert_eq!(count(&app).await, 0);
        }
    }

    async fn a_key_is_taken_once(app) {
        let made = at_once(&app, CREATE, (0..MANY).map(|number| json!({"name": format!("n{number}"), "key": "same"})).collect()).await;
        one_won(&made, "key");
        app.graphql(REMOVE, json!({"input": {"segment": {"key": "same"}}})).await;
        let again = app.graphql(CREATE, json!({"input": {"name": "another", "key": "same"}})).await;
        assert_eq!(again["createSegment"]["segment"]["key"], "same", "the key is free again");
        assert_eq!(count(&app).await, 1);
    }

    async fn a_key_made_from_a_name_goes_on_counting(app) {
        let spelt = ["My Gäste!", "my-gäste", "My Gaste", "my/gaste", "(my) gaste", "My  Gäste", "my_gäste", "MY: gaste?"];
        let made = at_once(&app, CREATE, spelt.iter().map(|name| json!({"name": name})).collect()).await;
        let keys: BTreeSet<&str> = made.iter().map(|payload| payload["segment"]["key"].as_str().unwrap_or_else(|| panic!("{payload}"))).collect();
        let numbered = (2..=MANY).map(|number| format!("my-gaste-{number}"));
        let expected: BTreeSet<String> = std::iter::once("my-gaste".to_owned()).chain(numbered).collect();
        assert_eq!(keys, expected.iter().map(String::as_str).collect());

        // The place of one that is gone is taken again.
        app.graphql(REMOVE, json!({"input": {"segment": {"key": "my-gaste-3"}}})).await;
        let key = async |name: &str| app.graphql(CREATE, json!({"input": {"name": name}})).await["createSegment"]["segment"]["key"].as_str().unwrap().to_owned();
        assert_eq!(key("my gaste again").await, "my-gaste-again");
        assert_eq!(key("my, gaste").await, "my-gaste-3");
        // Nothing of the name survives; or more than a key holds.
        assert_eq!((key("日本").await, key("🎉").await, key("%").await), ("segment".to_owned(), "segment-2".to_owned(), "segment-3".to_owned()));
        let long = "long name ".repeat(19);
        let (first, second) = (key(&long).await, key(&format!("{long}.")).await);
        assert!(first.len() <= 64 && second.len() <= 64 && second.ends_with("-2"), "{first} {second}");
        assert!(engine::text::is_key(&first) && engine::text::is_key(&second));
    }

    async fn figures_stay_exact_while_members_come_go_and_buy(app) {
        const MEMBERS: usize = 40;
        shop(&app, MEMBERS).await;
        for key in ["a", "b", "c"] {
            app.graphql(CREATE, json!({"input": {"name": key, "key": key}})).await;
        }
        let come_and_go = |task: usize| {
            let app = Arc::clone(&app);
            async move {
                let mut random = random(&format!("who comes and goes, task {task}"));
                let mut moved = [0_i64; 3];
                for _ in 0..15 {
                    let segment = random.random_range(0..3);
                    let members: Vec<usize> = (0..random.random_range(1..MEMBERS)).map(|_| random.random_range(1..=MEMBERS)).collect();
                    let (text, sign) = if random.random_bool(0.6) { (ASSIGN, 1) } else { (UNASSIGN, -1) };
                    let key = ["a", "b", "c"][segment];
                    let input = json!({"segment": {"key": key}, "members": numbers(members)});
                    let done = app.graphql(text, json!({ "input": input })).await;
                    let payload = done.as_object().unwrap().values().next().unwrap();
                    assert_eq!(payload["userErrors"], json!([]));
                    moved[segment] += sign * payload["changed"].as_i64().unwrap();
                }
                moved
            }
        };
        let buy = |task: usize| {
            let app = Arc::clone(&app);
            async move {
                let mut random = random(&format!("what is bought, task {task}"));
                let record = "mutation($t: [TransactionInput!]!) { recordTransactions(input: {transactions: $t}) { created problems { message } } }";
                let upsert = "mutation($m: [MemberInput!]!) { upsertMembers(input: {members: $m}) { problems { message } } }";
                for round in 0..15 {
                    let at = ["2026-01-05T10:00:00Z", "2020-01-05T10:00:00Z"].choose(&mut random).unwrap();
                    let member = |random: &mut tests::Random| json!({"number": format!("m{}", random.random_range(1..=MEMBERS))});
                    let rows: Vec<Value> = (0..20)
                        .map(|row| {
                            let document = format!("t{task}-{round}-{row}");
                            let back = format!("t{task}-{}-{row}", random.random_range(0..15));
                            if row % 4 == 3 && back != document {
                                json!({"document": document, "kind": "RETURN", "returnsDocument": back, "amount": random.random_range(1..300), "at": at})
                            } else {
                                json!({"document": document, "member": member(&mut random), "amount": random.random_range(0..300), "at": at})
                            }
                        })
                        .collect();
                    app.graphql(record, json!({"t": rows})).await;
                    let mut members: Vec<Value> = (0..6).map(|_| member(&mut random)).collect();
                    members.iter_mut().for_each(|member| member["marketingConsent"] = json!(random.random_bool(0.5)));
                    app.graphql(upsert, json!({"m": members})).await;
                }
            }
        };
        let coming = join_all((0..4).map(|task| tokio::spawn(come_and_go(task))));
        let buying = join_all((0..2).map(|task| tokio::spawn(buy(task))));
        let (moved, bought) = futures::join!(coming, buying);
        bought.into_iter().for_each(|task| task.unwrap());
        let mut expected = [0; 3];
        for moved in moved {
            expected.iter_mut().zip(moved.unwrap()).for_each(|(sum, moved)| *sum += moved);
        }
        for (key, expected) in ["a", "b", "c"].into_iter().zip(expected) {
            let text = "query($k: String!) { segment(ref: {key: $k}) { memberCount members { totalCount } } }";
            let segment = app.graphql(text, json!({"k": key})).await["segment"].clone();
            assert_eq!((&segment["memberCount"], &segment["members"]["totalCount"]), (&json!(expected), &json!(expected)));
        }
    }

    async fn removal_meets_assignment(app) {
        shop(&app, 12).await;
        for round in 0..6 {
            app.graphql(CREATE, json!({"input": {"name": "short", "key": "short"}})).await;
            let calls = (0..MANY).map(|task| {
                let app = Arc::clone(&app);
                tokio::spawn(async move {
                    if task == (round + 4) % MANY {
                        app.graphql(REMOVE, json!({"input": {"segment": {"key": "short"}}})).await
                    } else {
                        app.graphql(ASSIGN, json!({"input": {"segment": {"key": "short"}, "members": numbers(task..task + 5)}})).await
                    }
                })
            });
            for answer in join_all(calls).await {
                let answer = answer.unwrap();
                let Some(assigned) = answer.get("assignMembers") else {
                    assert_eq!(answer["removeSegment"]["userErrors"], json!([]));
                    continue;
                };
                let refused = assigned["userErrors"] == json!([{"code": "NOT_FOUND", "field": ["input", "segment"]}]);
                assert!(refused || assigned["userErrors"] == json!([]), "{assigned}");
                assert_eq!(assigned["segment"].is_null(), refused);
            }
            assert_eq!(count(&app).await, 0);
        }
    }
}
