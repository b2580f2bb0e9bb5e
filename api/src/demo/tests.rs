//! The demo as it is made up: the same for a seed, right in every row, and believable in sum.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, Weekday};
use engine::calendar::Zone;
use engine::money::Currency;
use entity::kinds::{PointsKind, TransactionKind};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::answers;
use super::plan::{Plan, Shop, Unit};
use crate::members::MemberInput;
use crate::patch::Patch;
use crate::transactions::TransactionInput;

const MEMBERS: u32 = 3_000;

fn shop_with(seed: u64, currency: &str, members: u32) -> Shop {
    let plan = Plan { seed, members, until: "2026-11-22".parse().unwrap() };
    Shop::new(plan, Currency::from_code(currency).unwrap(), Zone::from_name("Europe/Warsaw").unwrap())
}

fn shop() -> Shop {
    shop_with(1, "EUR", MEMBERS)
}

fn units(shop: &Shop) -> Vec<Unit> {
    (0..shop.units()).map(|place| shop.unit(place)).collect()
}

fn of_kind(units: &[Unit], kind: TransactionKind) -> impl Iterator<Item = &TransactionInput> {
    units.iter().flat_map(|unit| &unit.transactions).filter(move |document| document.kind == kind)
}

fn fingerprint(units: &[Unit]) -> String {
    let mut hash = Sha256::new();
    for unit in units {
        hash.update(format!("{unit:?}"));
    }
    format!("{:x}", hash.finalize())
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

fn about(what: &str, found: f64, from: f64, until: f64) {
    assert!(from <= found && found <= until, "{what} is {found}, not between {from} and {until}");
}

#[test]
fn the_same_seed_makes_the_same_data_and_another_seed_others() {
    let small = |seed| units(&shop_with(seed, "EUR", 200));
    assert_eq!(fingerprint(&small(7)), fingerprint(&small(7)));
    assert_ne!(fingerprint(&small(7)), fingerprint(&small(8)));
}

#[test]
fn a_unit_is_the_same_without_the_ones_before_it() {
    let shop = shop();
    let alone = format!("{:?}", shop_with(1, "EUR", MEMBERS).unit(1_234));
    for place in 1_200..1_234 {
        shop.unit(place);
    }
    assert_eq!(format!("{:?}", shop.unit(1_234)), alone);
}

#[test]
fn every_row_is_one_that_the_programme_takes_in_any_currency() {
    for currency in ["EUR", "JPY", "KWD", "IDR", "CLF"] {
        let shop = shop_with(3, currency, 300);
        let now = shop.zone.start_of("2026-11-23".parse().unwrap()) - 1;
        let digits = shop.currency.digits();
        for unit in units(&shop) {
            for document in &unit.transactions {
                assert!(document.amount.unwrap().scale() <= digits, "{currency} {document:?}");
                assert!(document.items.iter().all(|item| item.amount.scale() <= digits && item.amount > Decimal::ZERO));
            }
            unit.member.into_iter().for_each(|member| assert!(member.check(now).is_ok()));
            unit.points.into_iter().for_each(|entry| assert!(entry.check(now).is_ok()));
            unit.feedback.into_iter().for_each(|response| assert!(response.check(now).is_ok()));
            for document in unit.transactions {
                assert!(document.check(shop.currency, now).is_ok());
            }
        }
    }
}

#[test]
fn prices_look_like_prices_of_their_currency() {
    let label = |currency: &str, euros: f64| {
        let shop = shop_with(1, currency, 1);
        shop.currency.decimal(shop.prices.label(euros)).to_string()
    };
    assert_eq!(label("EUR", 59.0), "58.99");
    assert_eq!(label("JPY", 59.0), "9680");
    assert_eq!(label("KWD", 59.0), "20.990");
    assert_eq!(label("PLN", 5.0), "21.99");
    let per_point = |currency: &str| shop_with(1, currency, 1).prices.per_point();
    assert_eq!((per_point("EUR"), per_point("JPY"), per_point("KWD")), (100, 100, 1000));
}

#[test]
fn returns_come_after_their_sale_and_never_exceed_it() {
    let units = units(&shop());
    let sales: HashMap<&str, &TransactionInput> =
        of_kind(&units, TransactionKind::Sale).map(|sale| (sale.document.as_str(), sale)).collect();
    let (mut whole, mut partial) = (0, 0);
    for back in of_kind(&units, TransactionKind::Return) {
        let sale = sales[back.returns_document.as_deref().unwrap()];
        assert!(back.at > sale.at && back.amount <= sale.amount && back.member == sale.member, "{sale:?} {back:?}");
        for item in &back.items {
            let bought = sale.items.iter().find(|one| one.sku == item.sku).unwrap();
            assert!(item.quantity <= bought.quantity && item.amount <= bought.amount);
        }
        *(if back.amount == sale.amount { &mut whole } else { &mut partial }) += 1;
    }
    about("the part of sales that come back", share(whole + partial, sales.len()), 0.04, 0.12);
    about("the part of returns in full", share(whole, whole + partial), 0.4, 0.85);
}

#[test]
fn the_points_balance_is_never_negative() {
    let units = units(&shop());
    let mut kinds: HashMap<PointsKind, usize> = HashMap::new();
    for unit in &units {
        let mut balance = 0;
        for entry in &unit.points {
            *kinds.entry(entry.kind).or_default() += 1;
            balance += match entry.kind {
                PointsKind::Earned | PointsKind::Adjusted => entry.points,
                PointsKind::Redeemed | PointsKind::Expired => -entry.points,
            };
            assert!(balance >= 0 && entry.document.starts_with("demo-"), "{entry:?}");
        }
        assert!(unit.points.is_sorted_by_key(|entry| entry.at));
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert!(kinds.values().all(|count| *count > 100), "{kinds:?}");
}

#[test]
fn some_answer_after_a_purchase_and_most_of_them_are_content() {
    let shop = shop();
    let units = units(&shop);
    let all = || units.iter().flat_map(|unit| &unit.feedback);
    for unit in &units {
        for answer in &unit.feedback {
            let sale = unit.transactions.iter().find(|sale| sale.document == answer.document).unwrap();
            assert!(answer.at > sale.at && answer.survey == answers::SURVEY, "{answer:?} of {sale:?}");
        }
    }
    assert!(all().all(|answer| shop.zone.day_of(answer.at) < shop.plan.until));
    let members = units.iter().filter(|unit| !unit.feedback.is_empty()).count();
    about("the part of the members who answer", share(members, 3_000), 0.15, 0.4);
    let scores: Vec<i64> = all().map(|answer| answer.score).collect();
    about("answers a sale", share(scores.len(), of_kind(&units, TransactionKind::Sale).count()), 0.05, 0.2);
    let promoters = share(scores.iter().filter(|score| **score >= 9).count(), scores.len());
    let detractors = share(scores.iter().filter(|score| **score <= 6).count(), scores.len());
    about("the score", promoters - detractors, 0.15, 0.6);
    assert!(detractors > 0.05 && scores.iter().min() < Some(&4), "{detractors}");
    about("comments", share(all().filter(|answer| answer.comment.is_some()).count(), scores.len()), 0.2, 0.4);
}

#[test]
fn customers_are_who_they_are_said_to_be() {
    let units = units(&shop());
    let members: Vec<&MemberInput> = units.iter().filter_map(|unit| unit.member.as_ref()).collect();
    assert_eq!(members.len(), 3_000);
    let consenting = members.iter().filter(|one| one.marketing_consent == Patch::Set(true)).count();
    about("consent", share(consenting, members.len()), 0.56, 0.64);
    let guests = members.iter().filter(|one| one.enrolled_at == Patch::Keep).count();
    about("guests", share(guests, members.len()), 0.07, 0.13);
    let emails: Vec<&String> = members.iter().filter_map(|one| set(&one.texts[2])).collect();
    assert!(emails.iter().all(|one| one.ends_with("@example.com") || one.ends_with("@example.org")), "{emails:?}");
    assert!(emails.iter().all(|one| one.is_ascii() && !one.contains("..") && !one.starts_with('.')));
    let phones = members.iter().filter_map(|one| set(&one.texts[3]));
    let fictional = [
        "+49 30 23125 ",
        "+49 40 66969 ",
        "+49 89 99998 ",
        "+49 221 4710 ",
        "+49 69 90009 ",
        "+33 6 39 98 ",
        "+44 7700 900",
    ];
    for phone in phones {
        assert!(fictional.iter().any(|range| phone.starts_with(range)), "{phone}");
    }
}

fn set<T>(patch: &Patch<T>) -> Option<&T> {
    match patch {
        Patch::Set(value) => Some(value),
        Patch::Keep | Patch::Clear => None,
    }
}

#[test]
fn business_has_seasons_weekdays_and_a_few_good_customers() {
    let shop = shop();
    let units = units(&shop);
    let sales: Vec<&TransactionInput> = of_kind(&units, TransactionKind::Sale).collect();
    let days: Vec<NaiveDate> = sales.iter().map(|sale| shop.zone.day_of(sale.at)).collect();
    let within = |from: &str, until: &str| {
        let (from, until): (NaiveDate, NaiveDate) = (from.parse().unwrap(), until.parse().unwrap());
        days.iter().filter(|day| from <= **day && **day <= until).count()
    };
    assert_eq!(days.iter().max().unwrap().to_string(), "2026-11-22");
    assert_eq!(within("2000-01-01", "2024-11-22"), 0);
    about(
        "December to February",
        share(within("2025-12-01", "2025-12-28"), within("2026-02-01", "2026-02-28")),
        1.4,
        3.0,
    );
    let sundays = sales.iter().zip(&days).filter(|(_, day)| day.weekday() == Weekday::Sun);
    assert!(sundays.clone().all(|(sale, _)| sale.channel.as_deref() != Some("store")));
    assert!(sundays.count() > 100);
    let opened: NaiveDate = "2026-06-25".parse().unwrap();
    let at_the_new_shop = units.iter().flat_map(|unit| &unit.transactions);
    let at_the_new_shop = at_the_new_shop.filter(|one| one.location.as_deref() == Some("Kraków Podgórze"));
    assert!(at_the_new_shop.clone().all(|one| shop.zone.day_of(one.at) >= opened) && at_the_new_shop.count() > 10);
    let in_shops = sales.iter().filter(|sale| sale.location.is_some()).count();
    about("sales in shops", share(in_shops, sales.len()), 0.5, 0.8);
    let anonymous = sales.iter().filter(|sale| sale.member.is_none()).count();
    about("anonymous sales", share(anonymous, sales.len()), 0.08, 0.3);
    about("lines a sale", share(sales.iter().map(|sale| sale.items.len()).sum(), sales.len()), 1.7, 2.8);
    let sum: Decimal = sales.iter().filter_map(|sale| sale.amount).sum();
    let mean = sum / Decimal::from(sales.len());
    assert!(mean > Decimal::from(40) && mean < Decimal::from(120), "a basket of {mean}");
    assert!(
        sales.iter().filter(|sale| sale.labels.iter().any(|label| label.key == "promotion")).count() > sales.len() / 50
    );

    let mut counts: Vec<usize> = units[..3_000]
        .iter()
        .map(|unit| unit.transactions.iter().filter(|one| one.returns_document.is_none()).count())
        .collect();
    counts.sort_unstable();
    let all: usize = counts.iter().sum();
    about("sales a customer", share(all, counts.len()), 4.0, 8.0);
    about("the best tenth's part", share(counts[2_700..].iter().sum(), all), 0.3, 0.6);
    about(
        "customers without a sale",
        share(counts.iter().filter(|count| **count == 0).count(), counts.len()),
        0.03,
        0.2,
    );
    let rows: usize = units.iter().map(Unit::rows).sum();
    about("rows a customer", share(rows, 3_000), 9.0, 18.0);
}
