//! The net promoter score, and what members are like.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use proptest::option;
use proptest::prelude::*;

use super::shop::{Person, Shop, day, days_ago, shop};
use crate::evaluate::age;
use crate::figures::ratio;
use crate::insights::{Among, Note, Nps, Period, ProfileDimension, SegmentProfiles};

proptest! {
    #[test]
    fn the_latest_answer_of_each_member_counts(
        shop in shop(),
        everybody: bool,
        survey in option::of(prop::sample::select(&["CHECKOUT", "delivery", "none"][..])),
        from in option::of(days_ago()),
        to in option::of(days_ago()),
    ) {
        let (among, people) = shop.among(everybody);
        let (from, to) = (from.map(|ago| shop.ago(ago)), to.map(|ago| shop.ago(ago)));
        let period = Period::between(from, to);
        let result = shop.ask(&Nps { survey: survey.map(str::to_owned), period, today: shop.today, among });
        let passes = |(day, given, _): &&(NaiveDate, &str, i64)| {
            let asked = survey.is_none_or(|survey| survey.to_lowercase() == given.to_lowercase());
            asked && from.is_none_or(|from| from <= *day) && to.is_none_or(|to| *day <= to)
        };
        let latest = people.iter().filter_map(|person| person.answers.iter().rfind(passes));
        let scores: Vec<i64> = latest.map(|(_, _, score)| *score).collect();
        let count = |of: RangeInclusive<i64>| {
            i64::try_from(scores.iter().filter(|score| of.contains(score)).count()).unwrap()
        };
        let (promoters, passives, detractors) = (count(9..=10), count(7..=8), count(0..=6));
        prop_assert_eq!((result.promoters, result.passives, result.detractors), (promoters, passives, detractors));
        prop_assert_eq!(result.responses, promoters + passives + detractors);
        let score = (!scores.is_empty()).then(|| 100.0 * ratio(promoters - detractors, result.responses));
        prop_assert_eq!(result.score, score);
        prop_assert_eq!(result.low.is_some(), score.is_some());
        if let Some((low, high)) = result.low.zip(result.high) {
            prop_assert!((-100.0..=100.0).contains(&low) && low < high && high <= 100.0);
        }
    }

    #[test]
    fn profiles_count_each_member_once_a_value(shop in shop(), everybody: bool) {
        for by in [
            ProfileDimension::Country,
            ProfileDimension::AgeBand,
            ProfileDimension::EnrolmentYear,
            ProfileDimension::Category,
            ProfileDimension::Channel,
            ProfileDimension::Tier,
        ] {
            let (among, people) = shop.among(everybody);
            let (others, _) = shop.among(!everybody);
            let figure = SegmentProfiles { by, today: shop.today, among: vec![among, others], most: usize::MAX };
            let shares = shop.ask(&figure).swap_remove(0);
            let most = shop.ask(&SegmentProfiles { most: 2, ..figure.clone() }).swap_remove(0);
            let first: Vec<_> = shares.iter().take(2).cloned().collect();
            prop_assert_eq!(most, first);
            let alone = SegmentProfiles { among: figure.among[..1].to_vec(), ..figure };
            prop_assert_eq!(&shop.ask(&alone)[0], &shares);
            let tally = |people: &[&Person]| {
                let mut tally: BTreeMap<String, i64> = BTreeMap::new();
                let values = people.iter().flat_map(|person| values(by, person, shop.today));
                values.for_each(|value| *tally.entry(value).or_default() += 1);
                tally
            };
            let everyone: Vec<&Person> = shop.people.iter().collect();
            let (here, all) = (tally(&people), tally(&everyone));
            let (members, customers) = [&people, &everyone].map(|people| i64::try_from(people.len()).unwrap()).into();
            let found: BTreeSet<String> = shares.iter().map(|share| share.value.to_lowercase()).collect();
            let expected: BTreeSet<String> = if members > 0 { all.keys().cloned().collect() } else { BTreeSet::new() };
            prop_assert_eq!((found.len(), found), (shares.len(), expected));
            for share in &shares {
                let key = share.value.to_lowercase();
                let (of_here, of_all) = (here.get(&key).copied().unwrap_or(0), all[&key]);
                prop_assert_eq!(share.members, of_here);
                prop_assert_eq!((share.share, share.share_of_all), (ratio(of_here, members), ratio(of_all, customers)));
                prop_assert!((share.index.unwrap() - share.share / share.share_of_all).abs() < 1e-12);
            }
            prop_assert!(shares.is_sorted_by(|one, other| one.members >= other.members));
        }
    }
}

/// The values of a member, each once, in lower case.
fn values(by: ProfileDimension, person: &Person, today: NaiveDate) -> BTreeSet<String> {
    let bands = [
        (0, 17, "under 18"),
        (18, 24, "18–24"),
        (25, 34, "25–34"),
        (35, 44, "35–44"),
        (45, 54, "45–54"),
        (55, 64, "55–64"),
        (65, 200, "65 and over"),
    ];
    let band = |birth| {
        let age = age(birth, today);
        bands.into_iter().find(|(least, most, _)| *least <= age && age <= *most).map(|(_, _, name)| name.to_owned())
    };
    let lower = |text: &str| text.to_lowercase();
    match by {
        ProfileDimension::Country => person.country.map(lower).into_iter().collect(),
        ProfileDimension::AgeBand => person.birth.and_then(band).into_iter().collect(),
        ProfileDimension::EnrolmentYear => person.enrolled.map(|day| day.year().to_string()).into_iter().collect(),
        ProfileDimension::Category => person
            .purchases()
            .flat_map(|document| document.categories.iter().flatten().map(|text| lower(text)))
            .collect(),
        ProfileDimension::Channel => person.purchases().filter_map(|document| document.channel.map(lower)).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn nobody_answers_nothing() {
    let shop = Shop::empty(day("2026-03-01"));
    let result = shop.ask(&Nps { survey: None, period: Period::ALWAYS, today: shop.today, among: Among::Everybody });
    assert_eq!((result.score, result.low, result.notes), (None, None, vec![Note::Nothing]));
    let among = vec![Among::Everybody];
    let profile = SegmentProfiles { by: ProfileDimension::Country, today: shop.today, among, most: 20 };
    assert_eq!(shop.ask(&profile), vec![vec![]]);
}
