//! Rhythm, presence and the back-test.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::shop::{Person, Shop, day, shop};
use crate::figures::ratio;
use crate::insights::{Among, Missing, Multiple, Note, Presence, Rhythm};
use crate::money::share_of;

/// The median gap between purchase days up to a day; none with fewer than two gaps.
fn median_gap(person: &Person, until: NaiveDate) -> Option<f64> {
    let days = person.purchase_days(|day| day <= until);
    let mut gaps: Vec<i64> = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect();
    gaps.sort_unstable();
    let middle = gaps.len() / 2;
    match gaps.len() {
        0 | 1 => None,
        count if count % 2 == 1 => Some(ratio(gaps[middle], 1)),
        _ => Some(ratio(gaps[middle - 1] + gaps[middle], 2)),
    }
}

/// As it would have been said on a day.
fn presence(person: &Person, on: NaiveDate, multiple: f64) -> Presence {
    let Some(gap) = median_gap(person, on) else { return Presence::InsufficientHistory };
    let last = *person.purchase_days(|day| day <= on).last().unwrap();
    let silent = ratio((on - last).num_days(), 1);
    if silent > multiple * gap.max(1.0) && silent > 14.0 { Presence::Missing } else { Presence::Present }
}

fn figure(shop: &Shop, multiple: f64, among: Among) -> Missing {
    let multiple = Multiple::new(multiple).unwrap();
    Missing { multiple, today: shop.today, gross_margin: Decimal::new(25, 2), among }
}

proptest! {
    #[test]
    fn who_is_missing_and_the_back_test_follow_from_the_days(
        shop in shop(),
        everybody: bool,
        multiple in prop::sample::select(&[0.5, 1.0, 1.5, 2.0, 3.0][..]),
    ) {
        let (among, people) = shop.among(everybody);
        let analysis = shop.ask(&figure(&shop, multiple, among));
        let count = |of: Presence| {
            let those = people.iter().filter(|person| presence(person, shop.today, multiple) == of);
            those.fold((0, 0), |(count, sum): (i64, i64), person| (count + 1, sum + person.spent(|_| true)))
        };
        let (missing, spending) = count(Presence::Missing);
        let value = share_of(spending, Decimal::new(25, 2), 1).unwrap();
        prop_assert_eq!((analysis.missing, analysis.missing_value), (missing, value));
        prop_assert_eq!(analysis.present, count(Presence::Present).0);
        prop_assert_eq!(analysis.insufficient_history, count(Presence::InsufficientHistory).0);

        prop_assert_eq!(analysis.back_test.iter().map(|test| test.horizon_days).collect::<Vec<_>>(), [30, 90, 180]);
        for test in &analysis.back_test {
            let then = shop.ago(test.horizon_days);
            let of = |flag: Presence| {
                let those: Vec<_> = people.iter().filter(|person| presence(person, then, multiple) == flag).collect();
                let away = |person: &&&&Person| person.purchase_days(|day| then < day && day <= shop.today).is_empty();
                let (away, all) = (those.iter().filter(away).count(), those.len());
                let [away, all] = [away, all].map(|count| i64::try_from(count).unwrap());
                (all, (all > 0).then(|| ratio(away, all)))
            };
            prop_assert_eq!((test.flagged, test.stayed_away), of(Presence::Missing));
            prop_assert_eq!(test.unflagged_stayed_away, of(Presence::Present).1);
        }
    }

    #[test]
    fn a_member_alone_has_the_same_rhythm(shop in shop(), multiple in prop::sample::select(&[0.5, 1.0, 1.5, 2.0][..])) {
        let (facts, _) = shop.facts();
        let kept = Multiple::new(multiple).unwrap();
        for (row, person) in shop.people.iter().enumerate() {
            let rhythm = Rhythm::of(&facts, row, shop.today);
            prop_assert_eq!(rhythm.days(), median_gap(person, shop.today));
            prop_assert_eq!(rhythm.presence(shop.today, kept), presence(person, shop.today, multiple));
            let last = person.purchase_days(|day| day <= shop.today).last().copied();
            prop_assert_eq!(rhythm.days_since_last(shop.today), last.map(|last| (shop.today - last).num_days()));
            // It turns on that day, and not before.
            if let Some(from) = rhythm.missing_from(kept) {
                let past = person.documents.iter().filter(|one| one.day <= shop.today);
                let silent = Person { documents: past.cloned().collect(), ..person.clone() };
                prop_assert_eq!(presence(&silent, from, multiple), Presence::Missing);
                prop_assert_eq!(presence(&silent, from - TimeDelta::days(1), multiple), Presence::Present);
            }
        }
    }
}

#[test]
fn nobody_is_missing_where_nobody_is_known() {
    let shop = Shop::empty(day("2026-03-01"));
    let analysis = shop.ask(&figure(&shop, 2.0, Among::Everybody));
    assert_eq!((analysis.missing, analysis.missing_value, analysis.notes), (0, 0, vec![Note::Nothing]));
    assert!(analysis.back_test.iter().all(|test| test.stayed_away.is_none() && test.unflagged_stayed_away.is_none()));
}
