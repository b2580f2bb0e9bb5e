//! Snapshot, revenue and retention.

use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};
use proptest::option;
use proptest::prelude::*;

use super::shop::{Document, Person, Shop, day, days_ago, shop};
use crate::figures::ratio;
use crate::insights::{
    Among, Interval, Note, Period, Retention, Revenue, Snapshot, SnapshotFigures, SnapshotGroup, UnnamedSales,
};
use crate::ledger::{Direction, PointsMove};
use crate::money::quotient;

fn unnamed(shop: &Shop) -> UnnamedSales {
    let mut sales = UnnamedSales::default();
    sales.add(shop.ago(0), Direction::Sale, 700, true);
    sales.add(shop.ago(0), Direction::Return, 200, false);
    sales.add(shop.ago(90), Direction::Sale, 31, true);
    sales.add(shop.ago(500), Direction::Sale, 9_000, true);
    sales
}

/// The purchases and the net of sales without a customer on the days that pass.
fn unnamed_on(shop: &Shop, on: impl Fn(NaiveDate) -> bool) -> (i64, i64) {
    let all = [(0, 1, 500), (90, 1, 31), (500, 1, 9_000)];
    let passing = all.into_iter().filter(|(ago, _, _)| on(shop.ago(*ago)));
    passing.fold((0, 0), |(count, net), (_, one, amount)| (count + one, net + amount))
}

fn figures(people: &[&Person], on: impl Fn(NaiveDate) -> bool, unnamed: (i64, i64)) -> SnapshotFigures {
    let bought = |person: &&&Person| person.purchases().any(|document| on(document.day));
    let customers = i64::try_from(people.iter().filter(bought).count()).unwrap();
    let purchases = people.iter().flat_map(|person| person.purchases()).filter(|document| on(document.day)).count();
    let purchases = i64::try_from(purchases).unwrap();
    let spent: i64 = people.iter().map(|person| person.spent(&on)).sum();
    SnapshotFigures {
        customers,
        transactions: purchases + unnamed.0,
        revenue: spent + unnamed.1,
        average_order_value: quotient((spent + unnamed.1).into(), (purchases + unnamed.0).into()),
        average_orders: (customers > 0).then(|| ratio(purchases, customers)),
        average_spending: quotient(spent.into(), customers.into()),
    }
}

proptest! {
    #[test]
    fn the_snapshot_is_that_of_the_documents(
        shop in shop(),
        everybody: bool,
        launched in 0..500_i64,
        from in option::weighted(0.3, days_ago()),
        to in option::weighted(0.3, days_ago()),
    ) {
        let (among, people) = shop.among(everybody);
        let (launched, from, to) = (shop.ago(launched), from.map(|ago| shop.ago(ago)), to.map(|ago| shop.ago(ago)));
        let last = to.unwrap_or(shop.today);
        let year = last - Months::new(12) + Days::new(1);
        // A launch that is still to come cuts nothing off.
        let first = from.unwrap_or(if launched > last { year } else { year.max(launched) });
        let on = |day: NaiveDate| first <= day && day <= last;
        let figure = Snapshot::new(shop.today, launched, from, to, among);
        let figure = figure.with_unnamed(Arc::new(unnamed(&shop)));
        let snapshot = shop.ask(&figure);
        let groups: [Vec<&Person>; 3] = {
            let redeems = |person: &&Person| person.entries.iter().any(|entry| entry.kind == PointsMove::Redeemed);
            let (members, guests): (Vec<&Person>, _) = people.into_iter().partition(|person| person.enrolled.is_some());
            let (redeeming, others) = members.into_iter().partition(redeems);
            [guests, redeeming, others]
        };
        let sales = unnamed_on(&shop, on);
        prop_assert_eq!(snapshot.non_members, figures(&groups[0], on, sales));
        prop_assert_eq!(snapshot.redeeming_members, figures(&groups[1], on, (0, 0)));
        prop_assert_eq!(snapshot.non_redeeming_members, figures(&groups[2], on, (0, 0)));
        prop_assert_eq!(snapshot.members, figures(&[groups[1].clone(), groups[2].clone()].concat(), on, (0, 0)));
        let short = snapshot.notes.iter().any(|note| matches!(note, Note::SinceLaunch(_)));
        prop_assert_eq!(short, from.is_none() && first > year);
        prop_assert_eq!(snapshot.notes.contains(&Note::BeforeLaunch(launched)), launched > last);
        prop_assert_eq!(snapshot.notes.contains(&Note::UnnamedSales(sales.0)), sales.0 > 0);
        prop_assert_eq!(snapshot.period, Period { from: first, to: last });

        let (facts, _) = shop.facts();
        for (group, figures) in [
            (SnapshotGroup::NonMembers, &snapshot.non_members),
            (SnapshotGroup::Members, &snapshot.members),
            (SnapshotGroup::RedeemingMembers, &snapshot.redeeming_members),
            (SnapshotGroup::NonRedeemingMembers, &snapshot.non_redeeming_members),
        ] {
            prop_assert_eq!(figure.customers(&facts, group).len(), usize::try_from(figures.customers).unwrap());
        }
    }

    #[test]
    fn revenue_is_that_of_each_interval(
        shop in shop(),
        everybody: bool,
        from in days_ago(),
        to in days_ago(),
        interval in prop::sample::select(&[Interval::Day, Interval::Week, Interval::Month][..]),
    ) {
        let (among, people) = shop.among(everybody);
        let asked = Period { from: shop.ago(from), to: shop.ago(to) };
        let sales = Arc::new(unnamed(&shop));
        let points = shop.ask(&Revenue::new(asked, interval, shop.today, among, Some(sales)));
        let last = asked.to.min(shop.today);
        let same = |one: NaiveDate, other: NaiveDate| match interval {
            Interval::Day => one == other,
            Interval::Week => one.iso_week() == other.iso_week(),
            Interval::Month => (one.year(), one.month()) == (other.year(), other.month()),
        };
        let mut days: Vec<NaiveDate> = asked.from.iter_days().take_while(|day| *day <= last).collect();
        days.dedup_by(|one, other| same(*one, *other));
        prop_assert_eq!(points.len(), days.len());
        for (point, day) in points.iter().zip(days) {
            prop_assert!(same(point.date, day) && !same(point.date - Days::new(1), day));
            let on = |other: NaiveDate| same(other, day) && asked.from <= other && other <= last;
            let SnapshotFigures { customers, transactions, revenue, average_order_value, .. } =
                figures(&people, on, unnamed_on(&shop, on));
            prop_assert_eq!((point.members, point.transactions, point.revenue), (customers, transactions, revenue));
            prop_assert_eq!(point.average_transaction_value, average_order_value);
        }
    }

    #[test]
    fn retention_counts_who_bought_again(shop in shop(), everybody: bool, from in -40..900_i64, length in 0..900_i64) {
        let (among, people) = shop.among(everybody);
        let asked = Period { from: shop.ago(from), to: shop.ago(from - length) };
        let cohorts = shop.ask(&Retention::new(asked, shop.today, among));
        let month = |day: NaiveDate| day.with_day(1).unwrap();
        let past = |document: &&Document| document.day <= shop.today;
        let first = |person: &&&Person| person.purchases().find(past).map(|document| month(document.day));
        let last = month(asked.to.min(shop.today));
        // A period that begins tomorrow holds no month yet.
        let begun = asked.from <= shop.today;
        let asked_for = |cohort: NaiveDate| begun && month(asked.from) <= cohort && cohort <= last;
        let months = |from: NaiveDate| (0..).map(move |count| from + Months::new(count));
        let started = people.iter().filter_map(|person| first(&person)).filter(|cohort| asked_for(*cohort)).min();
        let expected: Vec<NaiveDate> = match started {
            Some(start) => months(start).take_while(|cohort| asked_for(*cohort)).collect(),
            None => Vec::new(),
        };
        prop_assert_eq!(cohorts.iter().map(|cohort| cohort.cohort).collect::<Vec<_>>(), expected);
        for cohort in cohorts {
            let members: Vec<&&Person> = people.iter().filter(|person| first(person) == Some(cohort.cohort)).collect();
            let size = i64::try_from(members.len()).unwrap();
            prop_assert_eq!(cohort.size, size);
            let bought = |in_month: NaiveDate| {
                let has = |document: &Document| month(document.day) == in_month && document.day <= shop.today;
                i64::try_from(members.iter().filter(|person| person.purchases().any(has)).count()).unwrap()
            };
            let running = months(cohort.cohort).take_while(|in_month| *in_month <= shop.today && size > 0);
            let shares: Vec<f64> = running.map(|in_month| ratio(bought(in_month), size)).collect();
            prop_assert_eq!(cohort.retention, shares);
        }
    }
}

#[test]
fn nobody_has_nothing_to_average() {
    let today = day("2026-03-01");
    let shop = Shop::empty(today);
    let period = Period::last_12_months(today);
    let snapshot = shop.ask(&Snapshot::new(today, day("2020-01-01"), None, None, Among::Everybody));
    assert_eq!((snapshot.members, snapshot.notes), (SnapshotFigures::default(), vec![Note::Nothing]));
    let revenue = shop.ask(&Revenue::new(period, Interval::Month, today, Among::Everybody, None));
    assert_eq!((revenue.len(), revenue[0].average_transaction_value), (13, None));
    assert_eq!(shop.ask(&Retention::new(period, today, Among::Everybody)), vec![]);
    let backwards = Period { from: today, to: day("2026-02-01") };
    assert_eq!(shop.ask(&Revenue::new(backwards, Interval::Day, today, Among::Everybody, None)), vec![]);
    assert_eq!(shop.ask(&Retention::new(Period::ALWAYS, today, Among::Everybody)), vec![]);
}
