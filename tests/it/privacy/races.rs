//! An erasure meets others who name the same person at the same moment: whatever comes first, nothing of the person is left
//! and every figure is right.

use std::sync::Arc;

use futures::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use tests::{TestApp, on_both, random};

use super::{ASSIGN, ERASE, one};
use crate::calls::{FEEDBACK, POINTS, RECORD, UPSERT, days, segment};
use crate::dynamic::{call, dynamic};
use crate::segments::shop;

const ROUNDS: usize = 12;

async fn raced(app: &Arc<TestApp>, round: usize) {
    let mut random = random(&format!("who comes first, round {round}"));
    let number = format!("p{round}");
    let named = json!({"number": number});
    crate::calls::send(
        app,
        UPSERT,
        json!([{"number": number, "email": format!("{number}@example.org"), "marketingConsent": true}]),
    )
    .await;
    let sale = |document: &str| json!({"document": format!("{document}{round}"), "member": named, "amount": 5, "at": days(-2), "labels": [{"key": "a", "value": number}]});
    crate::calls::send(app, RECORD, json!([sale("first")])).await;
    let back = json!({"document": format!("back{round}"), "kind": "RETURN", "returnsDocument": format!("first{round}"), "amount": 2, "at": days(-1)});
    let calls: Vec<(&'static str, Value)> = vec![
        (ERASE, json!({"i": {"member": named}})),
        (ERASE, json!({"i": {"member": {"email": format!("{number}@example.org")}}})),
        (RECORD, json!({"t": [sale("second")]})),
        (RECORD, json!({"t": [back]})),
        (POINTS, json!({"t": [{"document": "a", "member": named, "kind": "EARNED", "points": 1, "at": days(-1)}]})),
        (
            FEEDBACK,
            json!({"t": [{"document": "a", "member": named, "survey": "nps", "score": 1, "comment": number, "at": days(-1)}]}),
        ),
        (UPSERT, json!({"t": [{"number": number, "city": "Łódź", "labels": [{"key": "b", "value": number}]}]})),
        (
            UPSERT,
            json!({"t": [{"number": format!("other{round}"), "email": format!("{number}@example.org")}, {"number": "m1"}]}),
        ),
        (ASSIGN, json!({"i": {"segment": {"key": "hand"}, "members": [named, {"number": "m2"}]}})),
        (ASSIGN, json!({"i": {"segment": {"key": "all"}, "members": [named], "note": number}})),
        (super::DATA, json!({"i": {"member": named}})),
    ];
    let calls = calls.into_iter().map(|(text, variables)| {
        let (app, wait) = (Arc::clone(app), random.random_range(0..8));
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            app.graphql(text, variables).await
        })
    });
    let answers: Vec<Value> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let erasures = answers[..2].iter().filter(|answer| answer["eraseMember"]["userErrors"] == json!([])).count();
    // The second one finds nobody, unless another took the address and is erased by it.
    assert!((1..=2).contains(&erasures), "{answers:?}");
    // Afterwards the person is gone, whoever came first.
    let again = call(app, ERASE, json!({"member": named})).await;
    assert_eq!(again["userErrors"][0]["code"], "ERASED_MEMBER", "{again}");
    for (table, column) in [
        ("member_label", "value"),
        ("feedback", "comment"),
        ("segment_pin", "note"),
        ("member", "number"),
        ("\"transaction\"", "labels"),
    ] {
        let left = one(
            app,
            &format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%p{round}' OR {column} LIKE '%\"p{round}\"%'"),
        )
        .await;
        assert_eq!(left, 0, "{table} in round {round}: {answers:?}");
    }
}

on_both! {
    async fn whoever_comes_first_nothing_is_left(app) {
        shop(&app, 3).await;
        segment(&app, "hand", &["m1"]).await;
        dynamic(&app, "all", json!({"everyone": true})).await;
        for round in 0..ROUNDS {
            raced(&app, round).await;
            app.verify().await;
        }
    }
}
