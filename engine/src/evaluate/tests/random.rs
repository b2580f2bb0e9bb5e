//! Random shops: few texts and few days, so that conditions often hold.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::day;
use super::member::{Document, Label, Line, Member, Part};
use super::model::World;
use crate::facts::Valuation;
use crate::groups::{Presence, RfmGroup, ValueGroup};
use crate::ledger::{Direction, PointsMove};

/// Texts that differ by case alone, by an accent, by their ends.
const TEXTS: &[&str] = &["pl", "PL", "Łódź", "łódź", "Lodz", "gold", "Gold ", "pląs"];
pub(super) const KEYS: &[&str] = &["size", "SIZE", "colour"];
pub(super) const NAMES: &[&str] = &["shoe", "Shoe", "since"];

/// Days on which calendars go wrong.
const TODAYS: &[&str] = &[
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
    "2025-02-28",
    "2025-03-01",
    "2026-03-29",
    "2025-12-31",
    "2026-01-01",
    "2096-12-31",
    "2100-02-28",
];

/// How many days ago things happen; one day ahead is accepted.
const AGO: &[i64] = &[-1, 0, 0, 1, 2, 6, 7, 8, 29, 30, 31, 59, 89, 90, 365, 366, 400];

/// Minor units, so chosen that averages fall on halves.
const AMOUNTS: &[i64] = &[0, 1, 5, 10, 500, 1000, 1005, 2000, 999_999_999_999];

/// Campaigns that rules name.
pub(super) const CAMPAIGNS: std::ops::RangeInclusive<i64> = 1..=3;

pub(super) fn text() -> impl Strategy<Value = String> {
    select(TEXTS).prop_map(str::to_owned)
}

pub(super) fn key() -> impl Strategy<Value = String> {
    select(KEYS).prop_map(str::to_owned)
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let digits = select(&[0_u32, 2, 3][..]);
    let margin = select(&["0", "0.25", "0.333333333", "0.5", "1"][..]);
    let campaigns = btree_map(CAMPAIGNS, (select(AGO), 0..400_i64), 0..4);
    (select(TODAYS), digits, margin, campaigns).prop_map(|(today, digits, margin, campaigns)| {
        let today = day(today);
        let days = |(ago, length): (i64, i64)| (ago_of(today, ago), ago_of(today, ago - length));
        World {
            today,
            digits,
            gross_margin: margin.parse().unwrap(),
            segments: Default::default(),
            campaigns: campaigns.into_iter().map(|(id, span)| (id, days(span))).collect(),
        }
    })
}

pub(super) fn members(
    today: NaiveDate,
    ids: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<Member>> {
    let numbered = |members: Vec<(bool, Member)>| {
        let all = (1..).zip(members).map(|(id, (there, member))| (there, Member { id, ..member }));
        all.filter(|(there, _)| *there).map(|(_, member)| member).collect()
    };
    vec((prop::bool::weighted(0.7), member(today)), ids).prop_map(numbered)
}

fn member(today: NaiveDate) -> impl Strategy<Value = Member> {
    let maybe = || option::weighted(0.7, text());
    let texts = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    let own = (text(), option::of(birth(today)), option::weighted(0.7, when(today)), any::<bool>());
    let rest = (attributes(), labels(), documents(today), entries(today), vec((text(), 0..=10_i64), 0..4));
    let found = (valuation(), participations());
    (texts, own, rest, found).prop_map(|(texts, own, rest, (valuation, campaigns))| {
        let (attributes, labels, documents, entries, answers) = rest;
        let (email, gender, country, region, city, postal_code, tier) = texts;
        let (number, birth, enrolled, consent) = own;
        let address = (country, region, city, postal_code);
        let (country, region, city, postal_code) = address;
        Member {
            id: 0,
            number,
            email,
            gender,
            country,
            region,
            city,
            postal_code,
            tier,
            birth,
            enrolled,
            consent,
            attributes,
            labels,
            documents,
            entries,
            answers,
            valuation,
            campaigns,
        }
    })
}

fn valuation() -> impl Strategy<Value = Valuation> {
    let amount = select(&[-500_i64, 0, 1, 500, 752, 1000, 2000][..]);
    let chance = select(&[0.0, 0.12345, 0.3333, 0.33333, 0.5, 0.66666, 1.0][..]);
    let orders = select(&[0.0, 0.00004, 0.5, 1.0, 2.5, 2.500051, 40_000.25][..]);
    let groups = select(vec![RfmGroup::Champions, RfmGroup::AtRisk, RfmGroup::Prospects]);
    let values = select(vec![ValueGroup::MostValuable, ValueGroup::MostGrowable, ValueGroup::BelowZero]);
    let presence = select(vec![Presence::Present, Presence::Missing, Presence::InsufficientHistory]);
    let numbers = (option::of(amount), option::of(chance), option::of(orders));
    (numbers, option::of(groups), option::of(values), option::of(presence)).prop_map(
        |((predicted_clv, order_probability, expected_orders), rfm_group, value_group, presence)| Valuation {
            predicted_clv,
            order_probability,
            expected_orders,
            rfm_group,
            value_group,
            presence,
        },
    )
}

fn participations() -> impl Strategy<Value = BTreeMap<i64, Part>> {
    let part = (any::<bool>(), any::<bool>()).prop_map(|(held_out, engaged)| Part { held_out, engaged });
    btree_map(CAMPAIGNS, part, 0..4)
}

/// A day around today.
fn when(today: NaiveDate) -> impl Strategy<Value = NaiveDate> + Clone {
    select(AGO).prop_map(move |ago| ago_of(today, ago))
}

fn ago_of(today: NaiveDate, ago: i64) -> NaiveDate {
    today.checked_add_signed(chrono::TimeDelta::days(-ago)).unwrap()
}

fn birth(today: NaiveDate) -> impl Strategy<Value = NaiveDate> {
    let special = select(&["2000-02-29", "1999-02-28", "1999-03-01", "1990-12-31", "1990-01-01", "1904-02-29"][..]);
    let around = (-31..=31_i64, 1..=40_i32).prop_map(move |(days, years)| {
        let day = ago_of(today, days);
        let earlier = chrono::Months::new(years.unsigned_abs() * 12);
        day.checked_sub_months(earlier).unwrap()
    });
    prop_oneof![special.prop_map(day), around, (0..3_u64).prop_map(move |ago| today - Days::new(ago))]
}

fn labels() -> impl Strategy<Value = Vec<Label>> {
    vec((key(), text()), 0..3)
}

fn attributes() -> impl Strategy<Value = Map<String, Value>> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(10.0),
        json!(0.5),
        json!(1e-30),
        json!(1e20),
        json!(1e300),
        json!("gold"),
        json!(""),
        json!("42"),
        json!("2024-02-29"),
        json!("2025-02-28"),
        json!("2025-02-29"),
        json!("2025-2-28"),
        json!(" 2025-02-28"),
        json!(["gold"]),
        json!({"gold": true}),
    ];
    vec((select(NAMES), select(odd)), 0..3)
        .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Sales with their returns, and returns whose sale is not known, in the order of their days.
fn documents(today: NaiveDate) -> impl Strategy<Value = Vec<Document>> {
    let back = vec((0..40_i64, prop_oneof![Just(None), select(AMOUNTS).prop_map(Some)]), 0..2);
    let sale = (document(today), option::weighted(0.3, back), prop::bool::weighted(0.1));
    vec(sale, 0..6).prop_map(move |sales| {
        let mut documents = Vec::new();
        for (sale, returns, is_lost) in sales {
            let mut sale = Document { direction: Direction::Sale, ..sale };
            if is_lost {
                documents.push(Document { direction: Direction::Return, ..sale });
                continue;
            }
            for (later, amount) in returns.into_iter().flatten() {
                let amount = amount.unwrap_or(sale.amount);
                let day = ago_of(sale.day, -later).min(today + Days::new(1));
                sale.returned.push(amount);
                documents.push(Document {
                    day,
                    amount,
                    direction: Direction::Return,
                    returned: Vec::new(),
                    ..sale.clone()
                });
            }
            documents.push(sale);
        }
        documents.sort_by_key(|document| document.day);
        (1..).zip(documents).map(|(id, document)| Document { id, ..document }).collect()
    })
}

fn document(today: NaiveDate) -> impl Strategy<Value = Document> {
    let maybe = || option::of(text());
    (when(today), select(AMOUNTS), maybe(), maybe(), labels(), vec(line(), 0..4)).prop_map(
        |(day, amount, channel, location, labels, lines)| Document {
            id: 0,
            day,
            direction: Direction::Sale,
            amount,
            returned: Vec::new(),
            channel,
            location,
            labels,
            lines,
        },
    )
}

fn line() -> impl Strategy<Value = Line> {
    let amount = prop_oneof![4 => select(AMOUNTS), 1 => Just(-500)];
    (amount, text(), option::of(text()), option::of(text())).prop_map(|(amount, sku, brand, category)| Line {
        amount,
        sku,
        brand,
        category,
    })
}

fn entries(today: NaiveDate) -> impl Strategy<Value = Vec<(NaiveDate, PointsMove, i64)>> {
    let kinds = vec![PointsMove::Earned, PointsMove::Redeemed, PointsMove::Expired, PointsMove::Adjusted];
    let entry = (when(today), select(kinds), select(&[1_i64, 2, 3, 100, 250][..]), any::<bool>());
    let signed = |(day, kind, points, negative): (NaiveDate, PointsMove, i64, bool)| {
        (day, kind, if kind == PointsMove::Adjusted && negative { -points } else { points })
    };
    vec(entry.prop_map(signed), 0..6).prop_map(|mut entries| {
        entries.sort_by_key(|(day, _, _)| *day);
        entries
    })
}
