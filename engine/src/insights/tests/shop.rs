//! Random shops: few texts and few days, so that cases meet.

use std::fmt::Debug;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use roaring::RoaringTreemap;

use crate::facts::{Builder, Dictionary, Facts, ItemRow, MemberRow, PointsRow, TransactionRow};
use crate::insights::{Among, Figure, answer_of};
use crate::ledger::PointsMove;

/// A shop on a day; members have the ids 1, 2, 3 and so on.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    pub(super) today: NaiveDate,
    pub(super) people: Vec<Person>,
    /// The members of a segment.
    pub(super) chosen: Vec<i64>,
    /// Where it is cut into parts.
    cuts: Vec<usize>,
}

/// A customer; lists stand in the order of time.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) enrolled: Option<NaiveDate>,
    pub(super) birth: Option<NaiveDate>,
    pub(super) country: Option<&'static str>,
    pub(super) documents: Vec<Document>,
    pub(super) entries: Vec<Entry>,
    /// Day, survey and score.
    pub(super) answers: Vec<(NaiveDate, &'static str, i64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) day: NaiveDate,
    /// Minor units; what is taken back is negative.
    pub(super) net: i64,
    /// A sale that is not returned in full.
    pub(super) purchase: bool,
    pub(super) channel: Option<&'static str>,
    pub(super) categories: Vec<Option<&'static str>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) day: NaiveDate,
    pub(super) kind: PointsMove,
    pub(super) points: i64,
    pub(super) origin: Option<&'static str>,
}

/// How many days ago things happen; one day ahead is accepted.
const AGO: &[i64] =
    &[-1, 0, 1, 2, 7, 13, 14, 15, 16, 29, 30, 31, 45, 60, 89, 90, 91, 120, 179, 180, 181, 364, 365, 366, 367, 400, 800];
const AMOUNTS: &[i64] = &[0, 1, 5, 10, 500, 1_000, 1_005, 2_000, 999_999_999_999];
const TODAYS: &[&str] = &["2024-02-29", "2025-03-01", "2026-03-29", "2025-12-31", "2026-01-01", "2100-02-28"];

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// So many days ago: often a day on which something happens.
pub(super) fn days_ago() -> impl Strategy<Value = i64> {
    prop_oneof![select(AGO), -2..420_i64]
}

pub(super) fn shop() -> impl Strategy<Value = Shop> {
    select(TODAYS).prop_flat_map(|today| of(day(today), vec(person(day(today), 8), 0..10)))
}

/// A shop with many customers who did little.
pub(super) fn crowd() -> impl Strategy<Value = Shop> {
    select(TODAYS).prop_flat_map(|today| of(day(today), vec(person(day(today), 3), 0..160)))
}

fn of(today: NaiveDate, people: impl Strategy<Value = Vec<Person>>) -> impl Strategy<Value = Shop> {
    (people, btree_set(1..200_i64, 0..100), vec(0..1_000_usize, 0..4)).prop_map(move |(people, chosen, cuts)| {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (people.len() + 1)).collect();
        cuts.sort_unstable();
        let people = (1..).zip(people).map(|(id, person)| Person { id, ..person }).collect();
        Shop { today, people, chosen: chosen.into_iter().collect(), cuts }
    })
}

fn person(today: NaiveDate, most: usize) -> impl Strategy<Value = Person> {
    let ago = move || select(AGO).prop_map(move |ago| today - TimeDelta::days(ago));
    let born = option::of((0..90_i64, -1..2_i64).prop_map(move |(years, days)| {
        let birthday = today.checked_sub_months(chrono::Months::new(u32::try_from(years * 12).unwrap())).unwrap();
        birthday + TimeDelta::days(days)
    }));
    let documents = vec((ago(), document()), 0..most)
        .prop_map(|all| all.into_iter().map(|(day, document)| Document { day, ..document }));
    let kinds =
        vec![PointsMove::Earned, PointsMove::Earned, PointsMove::Redeemed, PointsMove::Expired, PointsMove::Adjusted];
    let entry =
        (ago(), select(kinds), select(&[1_i64, 100, 250, 500][..]), option::of(select(&["SHOP", "shop", "PROMO"][..])));
    let entry = entry.prop_map(|(day, kind, points, origin)| {
        let points = if kind == PointsMove::Adjusted && origin.is_none() { -points } else { points };
        Entry { day, kind, points, origin }
    });
    let answers = vec((ago(), select(&["checkout", "Checkout", "delivery"][..]), 0..=10_i64), 0..4);
    (option::of(ago()), born, option::of(select(&["PL", "pl", "DE"][..])), documents, vec(entry, 0..most), answers)
        .prop_map(|(enrolled, birth, country, documents, mut entries, mut answers)| {
            let mut documents: Vec<Document> = documents.collect();
            documents.sort_by_key(|document| document.day);
            entries.sort_by_key(|entry| entry.day);
            answers.sort_by_key(|(day, _, _)| *day);
            Person { id: 0, enrolled, birth, country, documents, entries, answers }
        })
}

fn document() -> impl Strategy<Value = Document> {
    let kind = prop_oneof![6 => Just((1, true)), 1 => Just((1, false)), 2 => Just((-1, false))];
    let categories = vec(option::of(select(&["Shoes", "shoes", "Hats"][..])), 0..3);
    (kind, select(AMOUNTS), option::of(select(&["web", "WEB", "store"][..])), categories).prop_map(
        |((sign, purchase), amount, channel, categories)| Document {
            day: NaiveDate::MIN,
            net: sign * amount,
            purchase,
            channel,
            categories,
        },
    )
}

impl Shop {
    /// Everybody, or the members of the segment.
    pub(super) fn among(&self, everybody: bool) -> (Among, Vec<&Person>) {
        if everybody {
            return (Among::Everybody, self.people.iter().collect());
        }
        let ids: RoaringTreemap = self.chosen.iter().map(|id| id.cast_unsigned()).collect();
        let people = self.people.iter().filter(|person| self.chosen.contains(&person.id));
        (Among::Members(Arc::new(ids)), people.collect())
    }

    /// The day so many days ago.
    pub(super) fn ago(&self, days: i64) -> NaiveDate {
        self.today - TimeDelta::days(days)
    }

    pub(super) fn facts(&self) -> (Facts, Dictionary) {
        let mut dictionary = Dictionary::default();
        let facts = facts(&self.people, &mut dictionary);
        (facts, dictionary)
    }

    /// The answer over the whole, which is the same over parts, also where each has a dictionary of its own.
    pub(super) fn ask<F: Figure>(&self, figure: &F) -> F::Answer
    where
        F::Answer: PartialEq + Debug,
    {
        let (whole, dictionary) = self.facts();
        let answer = answer_of(figure, [&whole], &dictionary);
        let ends = self.cuts.iter().copied().chain([whole.len()]);
        let (mut start, mut parts, mut apart) = (0, Vec::new(), F::Part::default());
        for end in ends {
            parts.push(whole.part(start..end));
            let mut own = Dictionary::default();
            let facts = facts(&self.people[start..end], &mut own);
            figure.merge(&mut apart, figure.part(&facts, &own));
            start = end;
        }
        assert_eq!(answer_of(figure, &parts, &dictionary), answer);
        // Which spelling comes first depends on what else is in a dictionary.
        let unspelt = |answer: &F::Answer| format!("{answer:?}").to_lowercase();
        assert_eq!(unspelt(&figure.answer(apart)), unspelt(&answer));
        answer
    }
}

fn facts(people: &[Person], dictionary: &mut Dictionary) -> Facts {
    let mut builder = Builder::new(dictionary);
    people.iter().for_each(|person| add(&mut builder, person));
    builder.finish()
}

fn add(builder: &mut Builder<'_>, person: &Person) {
    builder.member(&MemberRow {
        enrolled: person.enrolled,
        birth: person.birth,
        country: person.country,
        ..MemberRow::bare(person.id)
    });
    for document in &person.documents {
        builder.transaction(&TransactionRow {
            channel: document.channel,
            ..TransactionRow::bare(document.day, document.net, document.purchase)
        });
        for category in &document.categories {
            builder.item(&ItemRow { amount: 1, sku: "s", brand: None, category: *category });
        }
    }
    for Entry { day, kind, points, origin } in person.entries.iter().copied() {
        builder.points(&PointsRow { day, kind, points, origin });
    }
    person.answers.iter().for_each(|(day, survey, score)| builder.answer(*day, survey, *score));
}

impl Document {
    /// A return; one of 0 is told from a sale of 0 by nothing but that, so that it stands as a sale.
    pub(super) fn is_return(&self) -> bool {
        self.net < 0
    }
}

impl Person {
    /// Its purchases, in order.
    pub(super) fn purchases(&self) -> impl DoubleEndedIterator<Item = &Document> {
        self.documents.iter().filter(|document| document.purchase)
    }

    /// Its net spending on the days that pass.
    pub(super) fn spent(&self, on: impl Fn(NaiveDate) -> bool) -> i64 {
        self.documents.iter().filter(|document| on(document.day)).map(|document| document.net).sum()
    }

    /// The days that pass on which it bought, each once.
    pub(super) fn purchase_days(&self, on: impl Fn(NaiveDate) -> bool) -> Vec<NaiveDate> {
        let mut days: Vec<NaiveDate> = self.purchases().map(|document| document.day).filter(|day| on(*day)).collect();
        days.dedup();
        days
    }
}

impl Shop {
    /// Nobody.
    pub(super) fn empty(today: NaiveDate) -> Self {
        Self { today, people: Vec::new(), chosen: Vec::new(), cuts: vec![0] }
    }
}

impl Person {
    /// Somebody who bought once.
    pub(super) fn bought(id: i64, day: NaiveDate, net: i64) -> Self {
        let sale = Document { day, net, purchase: true, channel: None, categories: Vec::new() };
        Self {
            id,
            enrolled: None,
            birth: None,
            country: None,
            documents: vec![sale],
            entries: Vec::new(),
            answers: Vec::new(),
        }
    }
}
