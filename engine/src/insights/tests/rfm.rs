//! RFM.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::shop::{Person, Shop, crowd, day, shop};
use crate::insights::{Among, Note, Rfm, RfmGroup, RfmScores};
use crate::money::share_of;

fn figure(shop: &Shop, among: Among) -> Rfm {
    Rfm { today: shop.today, gross_margin: Decimal::new(35, 2), among }
}

/// What is scored: the day of the last purchase, how many there are, net spending, all up to yesterday.
fn bought(shop: &Shop, person: &Person) -> Option<(i64, i64, i64)> {
    let past = |day| day < shop.today;
    let purchases: Vec<_> = person.purchases().filter(|document| past(document.day)).collect();
    let last = purchases.iter().map(|document| document.day).max()?;
    let days = (last - day("2000-01-01")).num_days();
    Some((days, i64::try_from(purchases.len()).unwrap(), person.spent(past)))
}

fn scores(shop: &Shop, person: &Person) -> Option<RfmScores> {
    let all: Vec<(i64, i64, i64)> = shop.people.iter().filter_map(|other| bought(shop, other)).collect();
    let own = bought(shop, person)?;
    let score = |of: fn(&(i64, i64, i64)) -> i64| {
        let worse = all.iter().filter(|other| of(other) < of(&own)).count();
        u8::try_from((1 + 5 * worse / all.len()).min(5)).unwrap()
    };
    Some(RfmScores { recency: score(|one| one.0), frequency: score(|one| one.1), monetary: score(|one| one.2) })
}

fn agrees(shop: &Shop, everybody: bool) -> Result<(), TestCaseError> {
    let (among, people) = shop.among(everybody);
    let analysis = shop.ask(&figure(shop, among));
    let scored: Vec<(&Person, Option<RfmScores>)> =
        people.iter().map(|person| (*person, scores(shop, person))).collect();
    let spending = |person: &Person| person.spent(|day| day < shop.today);
    prop_assert_eq!(analysis.as_of, shop.ago(1));
    for cell in &analysis.cells {
        let here = scored.iter().filter(|(_, scores)| {
            scores
                .is_some_and(|scores| (scores.recency, scores.frequency) == (cell.recency_score, cell.frequency_score))
        });
        let expected = here.fold((0, 0), |(count, sum), (person, _)| (count + 1, sum + spending(person)));
        prop_assert_eq!((cell.members, cell.spending), expected);
    }
    prop_assert_eq!((analysis.cells.len(), analysis.groups.len()), (25, 11));
    for group in &analysis.groups {
        let here = scored.iter().filter(|(_, scores)| RfmGroup::of(*scores) == group.group);
        let expected: (i64, i64) = here.fold((0, 0), |(count, sum), (person, _)| (count + 1, sum + spending(person)));
        prop_assert_eq!((group.members, group.spending), expected);
        prop_assert_eq!(group.average_clv, share_of(expected.1, Decimal::new(35, 2), expected.0));
    }
    // Members are scored one by one as they are all together.
    let (facts, _) = shop.facts();
    for (row, person) in shop.people.iter().enumerate() {
        let alone = analysis.bounds.and_then(|bounds| bounds.scores(&facts, row));
        prop_assert_eq!(alone, scores(shop, person));
    }
    Ok(())
}

proptest! {
    #[test]
    fn scores_and_groups_are_those_of_the_definition(shop in shop(), everybody: bool) {
        agrees(&shop, everybody)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn crowds_are_scored_alike(shop in crowd(), everybody: bool) {
        agrees(&shop, everybody)?;
    }
}

#[test]
fn nobody_is_scored_where_nobody_bought() {
    let shop = Shop::empty(day("2026-03-01"));
    let analysis = shop.ask(&figure(&shop, Among::Everybody));
    assert_eq!((analysis.scored, analysis.bounds, analysis.notes), (0, None, vec![Note::Nothing]));
    assert!(analysis.groups.iter().all(|group| group.members == 0 && group.average_clv.is_none()));
    assert_eq!(RfmScores { recency: 5, frequency: 4, monetary: 3 }.code(), 543);
}
