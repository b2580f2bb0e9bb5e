//! Rules change while data come in: nobody is left where neither rule would put them, and readers never see a half.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use tessera::worker::{Handlers, Pace};
use tests::{TestApp, on_both, random};

use super::{belonging, change_rule, country, create, dynamic, evaluated, events, of_segment, spent};
use crate::calls::{RECORD, UPSERT, days, members, send};
use crate::jobs::Working;

const COUNTRIES: [&str; 3] = ["PL", "DE", "FR"];

fn rules() -> Vec<Value> {
    vec![
        spent(30, 100),
        spent(30, 300),
        country("PL"),
        json!({"any": [country("DE"), spent(365, 200)]}),
        json!({"not": country("FR")}),
        json!({"transactions": {"measure": "COUNT", "is": {"gte": 2}}}),
    ]
}

on_both! {
    async fn whoever_is_touched_while_a_rule_changes_ends_where_it_says(app) {
        let random = random("dynamic races");
        let numbers: Vec<String> = (0..40).map(|place| format!("m{place}")).collect();
        members(&app, &numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
        dynamic(&app, "moving", rules()[0].clone()).await;
        dynamic(&app, "naming", json!({"all": [{"not": of_segment("moving")}, {"not": country("FR")}]})).await;
        let pace = Pace { poll: Duration::from_millis(20), ..Pace::default() };
        let working = Working::start(&app.app, Handlers::product(), pace);
        let writers = (0..3).map(|writer| {
            let (app, mut random, numbers) = (Arc::clone(&app), random.clone(), numbers.clone());
            tokio::spawn(async move {
                (0..writer).for_each(|_| { random.random::<u64>(); });
                for step in 0..25 {
                    let mut number = || json!({"number": numbers[random.random_range(0..numbers.len())]});
                    let (one, other) = (number(), number());
                    let amount = random.random_range(1..200);
                    let row = |place: &str, member: Value| json!({"document": format!("{writer}-{step}-{place}"),
                        "member": member, "amount": amount.to_string(), "at": days(-1)});
                    send(&app, RECORD, json!([row("a", one.clone()), row("b", other)])).await;
                    let mut moved = one;
                    moved["country"] = COUNTRIES[random.random_range(0..3)].into();
                    send(&app, UPSERT, json!([moved])).await;
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        for rule in rules().iter().cycle().skip(1).take(14) {
            let payload = change_rule(&app, "moving", rule.clone()).await;
            assert_eq!(payload["userErrors"], json!([]));
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        working.stop().await;
        // What was asked for last has landed, or lands now; the harness evaluates everybody once more at the end.
        evaluated(&app.app).await;
    }

    async fn readers_see_the_old_membership_or_the_new_one(app) {
        let numbers: Vec<String> = (0..200).map(|place| format!("m{place:03}")).collect();
        let rows: Vec<Value> = numbers.iter().enumerate()
            .map(|(place, number)| json!({"number": number, "country": COUNTRIES[place % 2]})).collect();
        send(&app, UPSERT, json!(rows)).await;
        dynamic(&app, "half", country("PL")).await;
        let [old, new] = [0, 1].map(|odd| numbers.iter().skip(odd).step_by(2).cloned().collect::<Vec<_>>());
        let done = Arc::new(AtomicBool::new(false));
        let reading = {
            let (app, done, allowed) = (Arc::clone(&app), Arc::clone(&done), [old.clone(), new.clone()]);
            tokio::spawn(async move {
                let mut looks = 0;
                while !done.load(Ordering::Relaxed) {
                    let seen = belonging(&app, "half").await;
                    assert!(allowed.contains(&seen), "{} members, neither all of one side nor of the other", seen.len());
                    looks += 1;
                }
                looks
            })
        };
        for code in ["DE", "PL", "DE"] {
            change_rule(&app, "half", country(code)).await;
            evaluated(&app.app).await;
        }
        done.store(true, Ordering::Relaxed);
        assert!(reading.await.unwrap() > 3);
        assert_eq!(belonging(&app, "half").await, new);
    }

    async fn an_evaluation_that_is_asked_for_twice_ends_once(app) {
        members(&app, &["m1"]).await;
        create(&app, "twice", json!({"everyone": true})).await;
        change_rule(&app, "twice", json!({"all": [{"everyone": true}]})).await;
        evaluated(&app.app).await;
        assert_eq!(belonging(&app, "twice").await, ["m1"]);
        assert_eq!(events(&app, "twice").await, ["m1 JOINED RULE_CHANGED"]);
    }
}

/// Used by the other modules, too: how many members a segment has.
pub async fn size(app: &TestApp, key: &str) -> u64 {
    let data =
        app.graphql("query($r: SegmentRef!) { segment(ref: $r) { memberCount } }", json!({"r": {"key": key}})).await;
    data["segment"]["memberCount"].as_u64().unwrap()
}
