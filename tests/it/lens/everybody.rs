//! Going over everybody answers the same with and without facts in memory, and so does the catalogue of values.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::calendar::day_number;
use engine::facts::{Dictionary, Facts, ValueKind};
use serde_json::{Value, json};
use tessera::demo::{self, Options};
use tessera::facts::{self, Freshness, LensState, Needs, catalogue};
use tests::TestApp;

use super::processes::beside;
use super::with_lens;
use crate::calls::{RECORD, UPSERT, days, make};

fn kinds() -> Vec<ValueKind> {
    use ValueKind::*;
    let keys = |key: &str| [LabelValue(key.to_owned()), TransactionLabelValue(key.to_owned())];
    let mut kinds = vec![Gender, Country, Region, City, PostalCode, Tier, LabelKey, AttributeName];
    kinds.extend([Channel, Location, Sku, Brand, Category, TransactionLabelKey, Survey]);
    kinds.extend(keys("source").into_iter().chain(keys("Promo")).chain(keys("nothing")));
    kinds
}

async fn values(app: &TestApp, kind: &ValueKind, search: &str, first: usize) -> Vec<(String, u64)> {
    let found = catalogue::values(&app.app, kind, search, first).await.unwrap();
    found.into_iter().map(|value| (value.value, value.members)).collect()
}

/// What everybody comes to: the number of transactions and what they are worth, by member.
async fn sums(app: &Arc<tessera::app::App>, freshness: Freshness) -> BTreeMap<i64, (i64, i64)> {
    let all = 0..=day_number(app.clock.today(app.program().zone));
    let prepare = |dictionary: &Dictionary| dictionary.len();
    let each = move |texts: &usize, facts: &Facts, dictionary: &Dictionary| {
        assert_eq!(*texts, dictionary.len());
        let sums = (0..facts.len()).map(|row| facts.sums(row, &all));
        facts.members().iter().copied().zip(sums.map(|sums| (sums.transactions, sums.spending))).collect::<Vec<_>>()
    };
    let found = facts::everybody_prepared(app, Needs::ALL, freshness, prepare, each).await.unwrap();
    assert!(found.as_of <= app.clock.now(app.program().zone));
    assert!(found.horizon.position <= tessera::changes::latest(app.db.writer()).await.unwrap());
    let (all, count) = (found.parts.concat(), found.parts.iter().map(Vec::len).sum::<usize>());
    assert!(all.is_sorted());
    let map: BTreeMap<_, _> = all.into_iter().collect();
    assert_eq!(map.len(), count);
    map
}

with_lens! {
    async fn it_is_the_same_from_rows(app) {
        demo::run(&app.app, Options { seed: 3, members: 5_000 }, &|_| ()).await.unwrap();
        let off = beside(&app, false).await;
        assert_eq!(off.app.lens.state(), LensState::Off);
        assert!(facts::caught_up(&off.app).await.is_none() && off.app.lens.current().is_none());
        crate::lens::right(&app).await;
        let expected = sums(&off.app, Freshness::CaughtUp).await;
        assert!(expected.len() > 4_500, "{}", expected.len());
        assert_eq!(sums(&app.app, Freshness::CaughtUp).await, expected);
        assert_eq!(sums(&app.app, Freshness::AsTheyStand).await, expected);
        for kind in kinds() {
            let all = values(&off, &kind, "", usize::MAX).await;
            let sorted = |all: &[(String, u64)]| all.is_sorted_by(|one, other| one.1 >= other.1);
            assert!(sorted(&all), "{kind:?}: {all:?}");
            assert_eq!(values(&app, &kind, "", usize::MAX).await, all, "{kind:?}");
            if let Some((value, _)) = all.get(all.len() / 2) {
                let search = value.to_uppercase();
                let found = values(&app, &kind, &search, 3).await;
                assert_eq!(values(&off, &kind, &search, 3).await, found, "{kind:?}");
                assert!(found.len() <= 3 && found.iter().any(|(found, _)| found.to_uppercase().contains(&search)), "{kind:?}: {found:?}");
            }
        }
        off.stop().await;
    }

    async fn values_count_members(app) {
        let bought = |document: &str, member: &str, channel: &str, skus: &[&str]| {
            let items: Value = skus.iter().map(|sku| json!({"sku": sku, "category": "Shoes", "quantity": "1", "amount": "1"})).collect();
            json!({"document": document, "member": {"number": member}, "amount": "1", "at": days(-1), "channel": channel,
                "items": items, "labels": [{"key": "Promo", "value": "May"}]})
        };
        make(&app, UPSERT, json!([
            {"number": "a", "city": "Łódź", "attributes": {"Size": 1, "size": "x"}, "labels": [{"key": "source", "value": "Web"}]},
            {"number": "b", "city": "ŁÓDŹ", "attributes": {"size": 2}, "labels": [{"key": "Source", "value": "web"}]},
            {"number": "c", "city": "Kielce"}, {"number": "d", "city": "Bytom"}, {"number": "e"},
        ])).await;
        make(&app, RECORD, json!([
            bought("1", "a", "Web", &["X1", "x1", "y"]), bought("2", "a", "web", &["x1"]), bought("3", "b", "store", &[]),
        ])).await;
        let off = beside(&app, false).await;
        crate::lens::right(&app).await;
        for app in [&*app, &off] {
            let texts = |found: Vec<(String, u64)>| found.into_iter().map(|(value, members)| format!("{} {members}", value.to_lowercase())).collect::<Vec<_>>();
            for (kind, search, expected) in [
                (ValueKind::City, "", vec!["łódź 2", "bytom 1", "kielce 1"]),
                (ValueKind::City, "ÓD", vec!["łódź 2"]),
                (ValueKind::City, "é", vec![]),
                (ValueKind::AttributeName, "", vec!["size 2", "size 1"]),
                (ValueKind::LabelKey, "", vec!["source 2"]),
                (ValueKind::LabelValue("SOURCE".to_owned()), "", vec!["web 2"]),
                (ValueKind::Channel, "", vec!["store 1", "web 1"]),
                (ValueKind::Sku, "", vec!["x1 1", "y 1"]),
                (ValueKind::Category, "", vec!["shoes 1"]),
                (ValueKind::TransactionLabelValue("promo".to_owned()), "", vec!["may 2"]),
            ] {
                assert_eq!(texts(values(app, &kind, search, 20).await), expected, "{kind:?} {search}");
            }
            assert_eq!(values(app, &ValueKind::City, "", 2).await.len(), 2);
        }
        off.stop().await;
    }
}
