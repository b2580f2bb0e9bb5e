//! Earning and burning.

use chrono::NaiveDate;
use proptest::option;
use proptest::prelude::*;

use super::shop::{Entry, Person, Shop, day, days_ago, shop};
use crate::figures::ratio;
use crate::insights::{Among, Interval, Note, Period, PointsFlow, RewardTimes};
use crate::ledger::PointsMove;

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| ratio(part, whole))
}

fn sum<'a>(entries: impl Iterator<Item = &'a Entry>, kind: PointsMove) -> i64 {
    entries.filter(|entry| entry.kind == kind).map(|entry| entry.points).sum()
}

proptest! {
    #[test]
    fn sums_and_rates_are_those_of_the_ledgers(
        shop in shop(),
        everybody: bool,
        from in option::of(days_ago()),
        to in option::of(days_ago()),
    ) {
        let (among, people) = shop.among(everybody);
        let (from, to) = (from.map(|ago| shop.ago(ago)), to.map(|ago| shop.ago(ago)));
        let analysis = shop.ask(&PointsFlow { from, to, today: shop.today, among });
        let on = |day: NaiveDate| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to);
        let entries = || people.iter().flat_map(|person| &person.entries).filter(|entry| on(entry.day));
        let kinds = [PointsMove::Earned, PointsMove::Redeemed, PointsMove::Expired, PointsMove::Adjusted];
        let sums = kinds.map(|kind| sum(entries(), kind));
        prop_assert_eq!([analysis.earned, analysis.redeemed, analysis.expired, analysis.adjusted], sums);
        let [earned, redeemed, expired, adjusted] = sums;
        prop_assert_eq!(analysis.outstanding, earned - redeemed - expired + adjusted);
        let count = |passes: &dyn Fn(&Person) -> bool| {
            i64::try_from(people.iter().filter(|person| passes(person)).count()).unwrap()
        };
        let has = |person: &Person, kind| person.entries.iter().any(|entry| entry.kind == kind && on(entry.day));
        let earners = count(&|person| has(person, PointsMove::Earned));
        let redeemers = count(&|person| has(person, PointsMove::Redeemed));
        let members = count(&|person| person.enrolled.is_some() || person.entries.iter().any(|entry| on(entry.day)));
        prop_assert_eq!((analysis.earners, analysis.redeemers), (earners, redeemers));
        prop_assert_eq!(analysis.average_earned_per_member, share(earned, members));
        prop_assert_eq!(analysis.redemption_rate, share(redeemed, earned));
        prop_assert_eq!(analysis.member_redemption_rate, share(redeemers, earners));
        prop_assert_eq!(analysis.breakage, if expired > 0 { share(expired, expired + redeemed) } else { None });
        for one in &analysis.by_origin {
            let folded = one.origin.as_ref().map(|origin| origin.to_lowercase());
            let from_it = entries().filter(|entry| entry.origin.map(str::to_lowercase) == folded);
            prop_assert_eq!(one.earned, sum(from_it, PointsMove::Earned));
        }
        prop_assert!(analysis.by_origin.is_sorted_by(|one, other| one.earned >= other.earned));
        prop_assert_eq!(analysis.by_origin.iter().map(|one| one.earned).sum::<i64>(), earned);

        for interval in [Interval::Day, Interval::Week, Interval::Month] {
            let series = analysis.series(interval);
            prop_assert_eq!(series.iter().map(|point| point.earned).sum::<i64>(), earned);
            prop_assert_eq!(series.iter().map(|point| point.redeemed).sum::<i64>(), redeemed);
            prop_assert_eq!(series.iter().map(|point| point.expired).sum::<i64>(), expired);
            for pair in series.windows(2) {
                prop_assert_eq!(interval.after(pair[0].date), pair[1].date);
            }
            for point in series {
                let of_it = || entries().filter(|entry| interval.start(entry.day) == point.date);
                prop_assert_eq!(point.earned, sum(of_it(), PointsMove::Earned));
                prop_assert_eq!(point.expired, sum(of_it(), PointsMove::Expired));
            }
        }
    }

    #[test]
    fn reward_times_are_those_of_the_ledgers(
        shop in shop(),
        everybody: bool,
        reward_cost in prop::sample::select(&[0_i64, 1, 100, 250, 500, 1_000][..]),
        from in days_ago(),
        to in days_ago(),
        always: bool,
    ) {
        let (among, people) = shop.among(everybody);
        let period = if always { Period::ALWAYS } else { Period { from: shop.ago(from), to: shop.ago(to) } };
        let answer = shop.ask(&RewardTimes { reward_cost, period, today: shop.today, among });
        let until = period.to.min(shop.today);
        let (mut accumulated, mut ended, mut waiting, mut before) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for person in people {
            let known: Vec<&Entry> = person.entries.iter().filter(|entry| entry.day <= until).collect();
            let earned_by = |place: usize| sum(known[..=place].iter().copied(), PointsMove::Earned);
            let is_there = |place: &usize| earned_by(*place) >= reward_cost.max(1);
            let Some(there) = (0..known.len()).find(is_there) else { continue };
            let got_there = known[there].day;
            if got_there < period.from {
                continue;
            }
            let first = known.iter().find(|entry| entry.kind == PointsMove::Earned).unwrap().day;
            accumulated.push((got_there - first).num_days());
            let is_redemption = |entry: &&&Entry| entry.kind == PointsMove::Redeemed;
            if known[..there].iter().any(|entry| is_redemption(&entry)) {
                before += 1;
            } else if let Some(redeemed) = known[there..].iter().find(is_redemption) {
                ended.push((redeemed.day - got_there).num_days());
            } else {
                waiting.push((until - got_there).num_days());
            }
        }
        accumulated.sort_unstable();
        let middle = |days: &[i64]| match days.len() {
            0 => None,
            count => Some(ratio(days[(count - 1) / 2] + days[count / 2], 2)),
        };
        prop_assert_eq!(answer.median_days_to_accumulate, middle(&accumulated));
        let counts = [accumulated.len(), ended.len(), waiting.len()].map(|count| i64::try_from(count).unwrap());
        prop_assert_eq!([answer.got_there, answer.redeemed, answer.not_yet_redeemed], counts);
        prop_assert_eq!(answer.redeemed_before, before);
        prop_assert_eq!(answer.median_days_to_redeem, kaplan_meier(&ended, &waiting));
    }
}

/// The product-limit median by its definition, day by day, in exact fractions.
fn kaplan_meier(ended: &[i64], waiting: &[i64]) -> Option<f64> {
    let (mut above, mut below) = (1_u128, 1_u128);
    for day in 0..=*ended.iter().max()? {
        let at_risk = ended.iter().chain(waiting).filter(|other| **other >= day).count() as u128;
        let now = ended.iter().filter(|other| **other == day).count() as u128;
        if now > 0 {
            above *= at_risk - now;
            below *= at_risk;
            if 2 * above <= below {
                return Some(ratio(day, 1));
            }
        }
    }
    None
}

#[test]
fn who_never_redeemed_makes_the_median_longer() {
    let today = day("2026-03-01");
    // Three redeemed after 10, 20 and 30 days; three wait, for 25, 60 and 100 days.
    let people = [(110, Some(10)), (110, Some(20)), (110, Some(30)), (25, None), (60, None), (100, None)];
    let entry = |day, kind, points| Entry { day, kind, points, origin: None };
    let mut shop = Shop::empty(today);
    for (id, (ago, redeemed)) in (1..).zip(people) {
        let there = shop.ago(ago);
        let mut entries =
            vec![entry(shop.ago(ago + 5), PointsMove::Earned, 300), entry(there, PointsMove::Earned, 200)];
        entries.extend(redeemed.map(|after| entry(shop.ago(ago - after), PointsMove::Redeemed, 500)));
        shop.people.push(Person {
            id,
            enrolled: None,
            birth: None,
            country: None,
            documents: vec![],
            entries,
            answers: vec![],
        });
    }
    let figure = RewardTimes { reward_cost: 500, period: Period::ALWAYS, today, among: Among::Everybody };
    let answer = shop.ask(&figure);
    // S(10) = 5/6, S(20) = 4/6, S(30) = 4/6 · 2/3 = 4/9.
    assert_eq!(answer.median_days_to_redeem, Some(30.0));
    assert_eq!((answer.redeemed, answer.not_yet_redeemed, answer.median_days_to_accumulate), (3, 3, Some(5.0)));
    // At the end of the 85th day before nobody but the first had redeemed, of four: S = ¾.
    let earlier = Period { to: shop.ago(100), ..Period::ALWAYS };
    let answer = shop.ask(&RewardTimes { period: earlier, ..figure });
    assert_eq!((answer.redeemed, answer.not_yet_redeemed, answer.median_days_to_redeem), (1, 3, None));
    assert_eq!(answer.notes, vec![Note::FewerThanHalfRedeemed]);
}

#[test]
fn no_ledger_has_no_rates() {
    let shop = Shop::empty(day("2026-03-01"));
    let analysis = shop.ask(&PointsFlow { from: None, to: None, today: shop.today, among: Among::Everybody });
    assert_eq!((analysis.redemption_rate, analysis.breakage, analysis.average_earned_per_member), (None, None, None));
    assert_eq!((analysis.series(Interval::Day), analysis.notes), (vec![], vec![Note::Nothing]));
    let figure = RewardTimes { reward_cost: 500, period: Period::ALWAYS, today: shop.today, among: Among::Everybody };
    assert_eq!(shop.ask(&figure).notes, vec![Note::Nothing]);
}
