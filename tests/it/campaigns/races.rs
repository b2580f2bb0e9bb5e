//! Several at once: a campaign starts once, and whoever touches its audience meanwhile waits or comes before.

use std::sync::Arc;

use std::time::Duration;

use futures::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use tessera::worker::Handlers;
use tests::{Database, TestApp, on_both, random};

use super::{END, RECORD, START, campaign, count, crowd, done, draft, event, side, sides, started};
use crate::audit::{mark, since};
use crate::calls::{RECORD as SALES, days, make};
use crate::dynamic::{belonging, call, create, dynamic, evaluated};
use crate::jobs::{Working, quick};
use crate::locks::{share_rule_set, unbroken, waiting};
use crate::privacy::ERASE;

const MARGIN: &str =
    "mutation($i: UpdateProgramInput!) { updateProgram(input: $i) { program { grossMargin } userErrors { code } } }";

/// Calls at once, whose payloads must have no mistakes.
async fn at_once(app: Arc<TestApp>, calls: Vec<(&'static str, Value)>) -> Vec<Value> {
    let calls = calls.into_iter().map(|(text, input)| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { call(&app, text, input).await })
    });
    join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

on_both! {
    async fn two_starts_at_once_are_one(app) {
        crowd(&app, 500).await;
        let id = draft(&app, json!({"holdoutPercent": "20"})).await;
        let before = mark(&app).await;
        let answers = at_once(Arc::clone(&app), (0..6).map(|_| (START, json!({ "id": id }))).collect()).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!((answers[0]["campaign"]["status"].as_str(), since(&app, &before).await.len()), (Some("RUNNING"), 1));
        assert_eq!(side(&app, &id, None).await.len(), 500);
        let before = mark(&app).await;
        let answers = at_once(Arc::clone(&app), (0..6).map(|_| (END, json!({ "id": id }))).collect()).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(since(&app, &before).await.len(), 1);
    }

    async fn the_same_events_at_once_count_once(app) {
        crowd(&app, 30).await;
        let id = started(&app, json!({"holdoutPercent": "0"})).await;
        dynamic(&app, "engaged", json!({"campaign": {"campaignId": id, "outcome": "ENGAGED"}})).await;
        for kind in ["DELIVERED", "OPENED", "CLICKED"] {
            // Every caller names the members in another order.
            let events = |caller: usize| (0..30).map(|place| event(&format!("m{}", (place * 7 + caller * 13) % 30 + 1), kind)).collect::<Vec<_>>();
            let calls = (0..5).map(|caller| (RECORD, json!({"campaign": id, "events": events(caller)}))).collect();
            let answers = at_once(Arc::clone(&app), calls).await;
            let sum = |name: &str| answers.iter().map(|answer| answer[name].as_u64().unwrap()).sum::<u64>();
            assert_eq!((sum("created"), sum("duplicates")), (30, 120), "{answers:?}");
        }
        assert_eq!(belonging(&app, "engaged").await.len(), 30);
        assert_eq!(count(&app, "SELECT COUNT(*) AS number FROM engagement").await, 90);
    }

    async fn who_touches_the_audience_during_a_start_is_decided_right(app) {
        crowd(&app, 200).await;
        let record = "mutation($i: RecordTransactionsInput!) { recordTransactions(input: $i) { created problems { code } userErrors { code } } }";
        let unassign = "mutation($i: AssignMembersInput!) { unassignMembers(input: $i) { changed userErrors { code } } }";
        let upsert = "mutation($i: UpsertMembersInput!) { upsertMembers(input: $i) { updated userErrors { code } } }";
        for round in 0..4 {
            let id = draft(&app, json!({"holdoutPercent": "25", "name": format!("Round {round}")})).await;
            let (bought, got) = (format!("bought{round}"), format!("got{round}"));
            dynamic(&app, &bought, json!({"campaign": {"campaignId": id, "outcome": "CONVERTED"}})).await;
            dynamic(&app, &got, json!({"all": [{"campaign": {"campaignId": id, "outcome": "TARGETED"}}, {"profile": {"city": {"eq": "Gdynia"}}}]})).await;
            let sale = |number: usize| json!({"document": format!("{round}-{number}"), "member": {"number": format!("m{number}")}, "amount": "1", "at": days(0)});
            let mut calls = vec![(START, json!({ "id": id }))];
            for part in 0..5 {
                let numbers = move || (part * 40 + 1..=part * 40 + 40).step_by(2);
                calls.push((record, json!({"transactions": numbers().map(sale).collect::<Vec<_>>()})));
                calls.push((upsert, json!({"members": numbers().map(|number| json!({"number": format!("m{number}"), "city": if (number + round) % 4 == 1 { "Gdynia" } else { "Gdańsk" }})).collect::<Vec<_>>()})));
            }
            let gone = format!("m{}", 199 - round);
            calls.push((unassign, json!({"segment": {"key": "all"}, "members": [{"number": gone}]})));
            calls.push((ERASE, json!({"member": {"number": format!("m{}", 100 + 2 * round)}})));
            at_once(Arc::clone(&app), calls).await;
            let (targeted, held_out) = sides(&app, &id).await;
            let members = campaign(&app, &id).await;
            assert_eq!((&members["targeted"], &members["heldOut"]), (&json!(targeted.len()), &json!(held_out.len())));
            let odd = |number: &String| number[1..].parse::<usize>().unwrap() % 2 == 1;
            let mut expected: Vec<String> = targeted.into_iter().filter(odd).collect();
            expected.sort();
            assert_eq!(belonging(&app, &bought).await, expected);
            app.verify().await;
            done(&app, END, &id).await;
        }
    }
}

/// A segment whose rule asks who bought in the campaign's days is evaluated while the campaign, which was to begin later,
/// ends: today is its only day.
async fn ended_during_an_evaluation(app: Arc<TestApp>) {
    let mut random = random("campaigns that end during an evaluation");
    crowd(&app, 400).await;
    let sale = |number: usize| json!({"document": number.to_string(), "member": {"number": format!("m{number}")}, "amount": "1", "at": days(0)});
    make(&app, SALES, (1..=400).step_by(2).map(sale).collect()).await;
    for round in 0..6 {
        let fields =
            json!({"name": format!("Round {round}"), "holdoutPercent": "0", "startsAt": days(5), "endsAt": days(9)});
        let (id, key) = (started(&app, fields).await, format!("bought{round}"));
        create(&app, &key, json!({"campaign": {"campaignId": id, "outcome": "CONVERTED"}})).await;
        let working = if app.database == Database::Postgres {
            // The evaluation has seen the days of before, and lands after the end.
            let held = share_rule_set(&app).await;
            let ending = tokio::spawn(at_once(Arc::clone(&app), vec![(END, json!({ "id": id }))]));
            waiting(&app, 1).await;
            let working = Working::start(&app.app, Handlers::product(), quick());
            waiting(&app, 2).await;
            held.rollback().await.unwrap();
            ending.await.unwrap();
            working
        } else {
            let working = Working::start(&app.app, Handlers::product(), quick());
            tokio::time::sleep(Duration::from_millis(random.random_range(0..60))).await;
            done(&app, END, &id).await;
            working
        };
        working.stop().await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, &key).await.len(), 200, "round {round}");
    }
}

#[test]
fn an_evaluation_sees_the_days_of_a_campaign_that_ends_meanwhile() {
    for database in [Database::Sqlite, Database::Postgres] {
        tests::run_with(database, |settings| settings.lens = false, ended_during_an_evaluation);
    }
}

/// Campaigns start and end while the programme gets another margin.
async fn beside_another_margin(app: Arc<TestApp>) {
    crowd(&app, 30).await;
    let margin = |margin: &str| (MARGIN, json!({ "grossMargin": margin }));
    let id = draft(&app, json!({"holdoutPercent": "0"})).await;
    if app.database == Database::Postgres {
        let held = share_rule_set(&app).await;
        let starting = tokio::spawn(at_once(Arc::clone(&app), vec![(START, json!({ "id": id }))]));
        waiting(&app, 1).await;
        let changing = tokio::spawn(at_once(Arc::clone(&app), vec![margin("0.9")]));
        waiting(&app, 2).await;
        held.rollback().await.unwrap();
        starting.await.unwrap();
        changing.await.unwrap();
    } else {
        done(&app, START, &id).await;
    }
    let mut running = id;
    for round in 1..5 {
        let next = draft(&app, json!({"holdoutPercent": "0"})).await;
        let calls = [(START, json!({ "id": next })), (END, json!({ "id": running })), margin(&format!("0.{round}"))];
        let answers = at_once(Arc::clone(&app), calls.to_vec()).await;
        assert!(answers.iter().all(|answer| answer["userErrors"] == json!([])), "{answers:?}");
        running = next;
    }
}

#[test]
fn a_campaign_starts_beside_a_change_of_the_programme() {
    for database in [Database::Sqlite, Database::Postgres] {
        unbroken(database, |_| {}, beside_another_margin);
    }
}

/// What members did is recorded while some of them are erased: each is counted until it is, and no longer.
async fn beside_erasures(app: Arc<TestApp>) {
    crowd(&app, 40).await;
    let id = started(&app, json!({"holdoutPercent": "0"})).await;
    dynamic(&app, "engaged", json!({"campaign": {"campaignId": id, "outcome": "ENGAGED"}})).await;
    for kind in ["DELIVERED", "CLICKED"] {
        let events = |caller: usize| {
            let some = (0..40).filter(|place| place % 4 == caller);
            some.map(|place| event(&format!("m{}", place + 1), kind)).collect::<Vec<_>>()
        };
        let from = if kind == "DELIVERED" { 1 } else { 11 };
        let mut calls: Vec<(&'static str, Value)> =
            (0..4).map(|caller| (RECORD, json!({"campaign": id, "events": events(caller)}))).collect();
        calls.extend((from..from + 10).map(|number| (ERASE, json!({"member": {"number": format!("m{number}")}}))));
        at_once(Arc::clone(&app), calls).await;
    }
    let text = "query($id: ID!) { campaign(id: $id) { targeted results { delivered clicked } } }";
    let found = app.graphql(text, json!({ "id": id })).await;
    assert_eq!(found["campaign"], json!({"targeted": 20, "results": {"delivered": 20, "clicked": 20}}));
    assert_eq!(belonging(&app, "engaged").await.len(), 20);
}

#[test]
fn engagement_is_counted_beside_erasures() {
    for database in [Database::Sqlite, Database::Postgres] {
        unbroken(database, |_| {}, beside_erasures);
    }
}
