//! Sums from facts against a slow and obvious model.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread;

use chrono::{Days, NaiveDate};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use roaring::RoaringTreemap;

use super::super::{Arm, CampaignSums, STAYING, Side, Sides};
use crate::calendar::day_number;
use crate::facts::{Builder, Day, Dictionary, Facts, MemberRow, TransactionRow};
use crate::insights::{Among, Figure, answer_of};
use crate::statistics::Moments;

/// A day, minor units with the sign of the direction, and whether it is a purchase.
type Document = (u64, i64, bool);

fn members() -> impl Strategy<Value = BTreeMap<i64, Vec<Document>>> {
    let amount = prop_oneof![Just(0_i64), Just(1), Just(1_999), Just(999_999_999_999)];
    let day = prop_oneof![8 => 0..12_u64, 1 => 90..112_u64];
    let document = (day, amount, 0..3).prop_map(|(day, amount, kind)| match kind {
        0 => (day, amount, true),
        1 => (day, amount, false),
        _ => (day, -amount, false),
    });
    let documents = vec(document, 0..6).prop_map(|mut documents| {
        documents.sort_by_key(|(day, _, _)| *day);
        documents
    });
    let id = prop_oneof![4 => 1..60_i64, 1 => 1_000_000_000_000..1_000_000_000_020_i64];
    btree_map(id, documents, 0..40)
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 25).unwrap()
}

/// A campaign, beside others in which some members have the opposite part.
const CAMPAIGN: i64 = 7;

fn facts(members: &BTreeMap<i64, Vec<Document>>, targeted: &BTreeSet<i64>, held_out: &BTreeSet<i64>) -> Facts {
    let mut dictionary = Dictionary::default();
    let mut builder = Builder::new(&mut dictionary);
    for (id, documents) in members {
        builder.member(&MemberRow::bare(*id));
        for (campaign, is_turned) in [(3, true), (CAMPAIGN, false), (9, true)] {
            if targeted.contains(id) || held_out.contains(id) {
                builder.participation(campaign, held_out.contains(id) != is_turned, false);
            }
        }
        for (day, net, purchase) in documents {
            builder.transaction(&TransactionRow::bare(first_day() + Days::new(*day), *net, *purchase));
        }
    }
    builder.finish()
}

/// Every member by itself, every document looked at as often as is convenient.
fn expected(members: &BTreeMap<i64, Vec<Document>>, side: &BTreeSet<i64>, from: u64, to: u64) -> Arm {
    let those: Vec<&Vec<Document>> = side.iter().filter_map(|id| members.get(id)).collect();
    let during = |documents: &[Document]| -> Vec<Document> {
        documents.iter().copied().filter(|(day, _, _)| from <= *day && *day <= to).collect()
    };
    let spent = |documents: &[Document]| during(documents).iter().map(|(_, net, _)| net).sum::<i64>();
    let bought = |documents: &[Document]| during(documents).iter().filter(|(_, _, purchase)| *purchase).count() as i64;
    let moments = |numbers: &[i64]| Moments {
        count: numbers.len() as i64,
        sum: numbers.iter().map(|number| i128::from(*number)).sum(),
        squares: numbers.iter().map(|number| i128::from(*number).pow(2)).sum(),
    };
    let active: Vec<&Vec<Document>> = those.iter().copied().filter(|documents| !during(documents).is_empty()).collect();
    let [all_spent, active_spent] =
        [&those, &active].map(|some| some.iter().map(|documents| spent(documents)).collect::<Vec<_>>());
    let active_bought: Vec<i64> = active.iter().map(|documents| bought(documents)).collect();
    let stayed = to + u64::try_from(STAYING).unwrap();
    let later =
        |documents: &[Document]| documents.iter().any(|(day, _, purchase)| *day > to && *day <= stayed && *purchase);
    let buyers = || those.iter().filter(|documents| bought(documents) > 0);
    Arm {
        spending: moments(&all_spent),
        buyers: buyers().count() as i64,
        returned: buyers().filter(|documents| later(documents)).count() as i64,
        active_spending: moments(&active_spent),
        purchases: moments(&active_bought),
        spending_times_purchases: active_spent
            .iter()
            .zip(&active_bought)
            .map(|(spent, bought)| i128::from(*spent) * i128::from(*bought))
            .sum(),
    }
}

fn set(ids: &BTreeSet<i64>) -> RoaringTreemap {
    ids.iter().map(|id| id.cast_unsigned()).collect()
}

proptest! {
    #[test]
    fn sums_are_those_of_the_model_in_whatever_parts(
        members in members(),
        sides in btree_set((1..70_i64, any::<bool>()), 0..60),
        far in btree_set(1_000_000_000_000..1_000_000_000_025_i64, 0..10),
        (from, length) in (0..12_u64, 0..8_u64),
        cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let side = |held_out: bool| -> BTreeSet<i64> {
            sides.iter().filter(|(_, one)| *one == held_out).map(|(id, _)| *id).collect()
        };
        let held_out = side(true);
        let targeted: BTreeSet<i64> = side(false).difference(&held_out).copied().chain(far).collect();
        let number = |day: u64| day_number(first_day() + Days::new(day));
        let days = number(from)..=number(from + length);
        let facts = facts(&members, &targeted, &held_out);
        let expected = CampaignSums {
            targeted: expected(&members, &targeted, from, from + length),
            held_out: expected(&members, &held_out, from, from + length),
        };
        let dictionary = Dictionary::default();
        let sides = Sides::new(vec![(9, number(0)..=number(200)), (CAMPAIGN, days.clone()), (70, days.clone())]);
        let found = answer_of(&sides, [&facts], &dictionary);
        prop_assert_eq!(found[0], (CAMPAIGN, expected));
        prop_assert_eq!((found[1].0, found[2]), (9, (70, CampaignSums::default())));
        prop_assert_eq!(found[1].1.targeted.members(), expected.held_out.members());
        let side = Side { among: Among::Members(Arc::new(set(&targeted))), days };
        prop_assert_eq!(answer_of(&side, [&facts], &dictionary), expected.targeted);

        let mut cuts = [cuts.0.index(facts.len() + 1), cuts.1.index(facts.len() + 1)];
        cuts.sort_unstable();
        let parts = [facts.part(0..cuts[0]), facts.part(cuts[0]..cuts[1]), facts.part(cuts[1]..facts.len())];
        let merged = thread::scope(|scope| {
            let sums = parts.each_ref().map(|part| scope.spawn(|| sides.part(part, &dictionary)));
            let mut whole = Vec::new();
            sums.map(|one| one.join().unwrap()).into_iter().rev().for_each(|one| sides.merge(&mut whole, one));
            sides.answer(whole)
        });
        prop_assert_eq!(merged, found);
    }
}

#[test]
fn nobody_and_no_days_are_no_trouble() {
    let members = BTreeMap::from([(3, vec![(0, 100, true)]), (9, vec![])]);
    let facts = facts(&members, &BTreeSet::from([3, 9]), &BTreeSet::new());
    let day = day_number(first_day());
    let of = |facts: &Facts, days: RangeInclusive<Day>| {
        answer_of(&Sides::new(vec![(CAMPAIGN, days)]), [facts], &Dictionary::default())[0].1
    };
    assert_eq!(of(&Facts::default(), day..=day), CampaignSums::default());
    assert_eq!(answer_of(&Sides::new(vec![]), [&facts], &Dictionary::default()), []);
    #[allow(clippy::reversed_empty_ranges)]
    let none = of(&facts, day..=day - 1).targeted;
    assert_eq!((none.members(), none.buyers, none.spending.sum), (2, 0, 0));
    let one = of(&facts, day..=day).targeted;
    assert_eq!((one.members(), one.buyers, one.average_sale(), one.retention()), (2, 1, Some(100), Some(0.0)));
}
