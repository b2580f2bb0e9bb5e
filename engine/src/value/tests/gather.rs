//! Samples and holdouts out of facts, against a slow and obvious reading of what was bought.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::prelude::*;

use super::day;
use super::shop::{Document, facts};
use crate::facts::Facts;
use crate::value::{Customer, History, Holdout, Sample, customer};

const BEGIN: &str = "2024-01-01";

fn after(days: u64) -> NaiveDate {
    day(BEGIN) + Days::new(days)
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let document = (0_u64..60, prop_oneof![Just(0_i64), 1..500_i64, -500..0_i64], any::<bool>());
    vec(document, 0..12).prop_map(|mut documents| {
        documents.sort_by_key(|(days, ..)| *days);
        let document =
            |(days, net, whole): (u64, i64, bool)| Document { day: after(days), net, purchase: net >= 0 && whole };
        documents.into_iter().map(document).collect()
    })
}

fn shop() -> impl Strategy<Value = Vec<Vec<Document>>> {
    vec(documents(), 0..40)
}

fn facts_of(members: &[Vec<Document>]) -> Facts {
    facts((1..).zip(members.iter().map(Vec::as_slice)))
}

/// What each day of purchases up to an end came to.
fn purchase_days(documents: &[Document], end: NaiveDate) -> BTreeMap<NaiveDate, i64> {
    let mut days = BTreeMap::new();
    for document in documents.iter().filter(|document| document.purchase && document.day <= end) {
        *days.entry(document.day).or_default() += document.net;
    }
    days
}

fn expected(documents: &[Document], end: NaiveDate) -> Option<Customer> {
    let days = purchase_days(documents, end);
    let ((first, of_first), (last, _)) = (days.first_key_value()?, days.last_key_value()?);
    let count = |days: i64| u32::try_from(days).unwrap();
    Some(Customer {
        history: History {
            repeats: u32::try_from(days.len() - 1).unwrap(),
            last: count((*last - *first).num_days()),
            age: count((end - *first).num_days()),
        },
        repeat_spending: days.values().sum::<i64>() - of_first,
    })
}

proptest! {
    #[test]
    fn customers_are_what_their_purchase_days_say(members in shop(), end in 0_u64..70) {
        let (facts, end) = (facts_of(&members), after(end));
        let customers: Vec<_> = members.iter().map(|documents| expected(documents, end)).collect();
        for (row, expected) in customers.iter().enumerate() {
            prop_assert_eq!(customer(&facts, row, end), *expected);
        }
        let there: Vec<Customer> = customers.into_iter().flatten().collect();
        let sample = Sample::gather(&facts, end);
        prop_assert_eq!(sample.customers(), there.len() as u64);
        let repeats = there.iter().filter(|customer| customer.history.repeats > 0);
        prop_assert_eq!(sample.repeat_customers(), repeats.clone().count() as u64);
        prop_assert_eq!(sample.longest_age(), there.iter().map(|customer| customer.history.age).max());
        let histories: BTreeSet<History> = there.iter().map(|customer| customer.history).collect();
        let found: Vec<History> = sample.groups.iter().map(|group| group.history()).collect();
        prop_assert_eq!(found, histories.into_iter().collect::<Vec<_>>());
        let spent: i64 = sample.spendings.iter().map(|spending| spending.sum * i64::from(spending.customers)).sum();
        prop_assert_eq!(spent, repeats.map(|customer| customer.repeat_spending).sum::<i64>());
    }

    #[test]
    fn parts_come_to_the_whole(members in shop(), parts in vec(0_usize..40, 0..4), days in 1_u32..50) {
        let facts = facts_of(&members);
        let end = after(60);
        let mut bounds: Vec<usize> = parts.into_iter().map(|place| place.min(facts.len())).collect();
        bounds.extend([0, facts.len()]);
        bounds.sort_unstable();
        let parts: Vec<Facts> = bounds.windows(2).map(|pair| facts.part(pair[0]..pair[1])).collect();
        let whole = Sample::gather(&facts, end);
        let forwards = parts.iter().fold(Sample::empty(end), |all, part| all.merge(Sample::gather(part, end)));
        prop_assert_eq!(&forwards, &whole);
        let backwards = parts.iter().rev().fold(Sample::empty(end), |all, part| Sample::gather(part, end).merge(all));
        prop_assert_eq!(&backwards, &whole);
        let gather = |part: &Facts| Holdout::gather(part, end, days);
        let held_out = parts.iter().fold(Holdout::empty(end, days), |all, part| all.merge(gather(part)));
        prop_assert_eq!(held_out, gather(&facts));
    }

    #[test]
    fn holdouts_count_what_came_after_the_cut(members in vec(documents(), 150..200), days in 1_u32..50) {
        let facts = facts_of(&members);
        let end = after(60);
        let Ok(backtest) = Holdout::gather(&facts, end, days).backtest() else { return Ok(()) };
        prop_assert_eq!(backtest.cut, end - Days::new(days.into()));
        let before = |documents: &[Document]| purchase_days(documents, backtest.cut);
        let customers: Vec<&Vec<Document>> =
            members.iter().filter(|documents| !before(documents.as_slice()).is_empty()).collect();
        for point in &backtest.holdout {
            let past = |documents: &&&Vec<Document>| before(documents.as_slice()).len().min(8);
            let past_orders = point.past_orders as usize;
            let own: Vec<_> = customers.iter().filter(|documents| past(documents) == past_orders).collect();
            let orders: usize = own.iter().map(|own| purchase_days(own, end).len() - before(own).len()).sum();
            prop_assert_eq!(point.customers, own.len() as u64);
            prop_assert!((point.actual - orders as f64 / own.len() as f64).abs() < 1e-12);
            prop_assert!(point.predicted.is_finite() && point.predicted >= 0.0);
        }
        let soon = backtest.cut + Days::new(backtest.order_days.into());
        let ordered = customers.iter().filter(|own| purchase_days(own, soon).len() > before(own).len()).count();
        let found: f64 = backtest.calibration.iter().map(|tenth| tenth.actual * tenth.customers as f64).sum();
        prop_assert!((found - ordered as f64).abs() < 1e-9, "{found} of {ordered}");
        for points in [
            backtest.holdout.iter().map(|point| point.customers).sum::<u64>(),
            backtest.calibration.iter().map(|tenth| tenth.customers).sum(),
        ] {
            prop_assert_eq!(points, customers.len() as u64);
        }
    }
}

#[test]
fn nothing_is_nothing() {
    let nobody = facts_of(&[]);
    let end = after(60);
    assert_eq!(Sample::gather(&nobody, end), Sample::empty(end));
    assert_eq!(Sample::empty(end).longest_age(), None);
    assert_eq!(Sample::empty(end).holdout_days(), None);
}

#[test]
fn a_holdout_is_half_of_the_data_and_a_year_at_most() {
    let sample = |days: u64| {
        let first = Document { day: after(0), net: 100, purchase: true };
        Sample::gather(&facts_of(&[vec![first]]), after(days))
    };
    assert_eq!(sample(55).holdout_days(), None);
    assert_eq!(sample(56).holdout_days(), Some(28));
    assert_eq!(sample(545).holdout_days(), Some(272));
    assert_eq!(sample(5_000).holdout_days(), Some(365));
}
