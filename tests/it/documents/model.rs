//! Documents made at random, and what follows from them, worked out slowly and plainly from the whole set.

use std::collections::HashMap;

use rand::Rng;
use rand::seq::IndexedRandom;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use tests::Random;

use crate::calls::{money, shown};

/// The day on which the programme of these tests stands, in Europe/Warsaw.
pub const TODAY: &str = "2024-03-01";
/// Its 12 months, 2023-03-02 to 2024-03-01, written out by hand.
const YEAR: (i64, i64) = (1_677_711_600_000, 1_709_334_000_000);
const DAY: i64 = 86_400_000;
/// The programme's gross margin.
pub const MARGIN: &str = "0.375";

/// Who a document names.
pub type Person = usize;

/// A sale or a return.
#[derive(Clone, Debug)]
pub struct Document {
    pub source: String,
    pub number: String,
    pub back: bool,
    pub member: Option<Person>,
    pub amount: i64,
    pub at: i64,
    pub of: Option<String>,
    lines: usize,
}

/// An entry of the points ledger.
#[derive(Clone, Debug)]
pub struct Points {
    pub member: Person,
    pub kind: &'static str,
    pub points: i64,
    pub at: i64,
    pub document: String,
}

/// What is to be read of a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    pub transactions: i64,
    pub spending: i64,
    pub year: i64,
    first: Option<i64>,
    last: Option<i64>,
    points: HashMap<&'static str, i64>,
}

/// Documents of some people. Every one of them is right whatever comes first.
pub fn documents(random: &mut Random, case: usize, people: usize) -> Vec<Document> {
    let mut all: Vec<Document> = Vec::new();
    for number in 0..random.random_range(1..20) {
        let member = random.random_bool(0.85).then(|| random.random_range(0..people));
        // Two sources share their numbers.
        let sale = document(random, case, format!("s{}", number % 12), member);
        if !all.iter().any(|known| (&known.source, &known.number) == (&sale.source, &sale.number)) {
            all.push(sale);
        }
    }
    let sales = all.clone();
    for number in 0..random.random_range(0..20) {
        let mut back = document(random, case, format!("r{number}"), None);
        back.back = true;
        let anyone = random.random_bool(0.5).then(|| random.random_range(0..people));
        match random.random_range(0..10) {
            0 => back.member = anyone,
            1 => (back.of, back.member) = (Some(format!("lost{}", random.random_range(0..3))), anyone),
            _ => {
                let sale = sales.choose(random).unwrap();
                back.source.clone_from(&sale.source);
                back.of = Some(sale.number.clone());
                back.member =
                    if sale.member.is_none() { anyone } else { sale.member.filter(|_| random.random_bool(0.5)) };
                let part = sale.amount - random.random_range(0..=sale.amount);
                back.amount = *[sale.amount, part, part / 2, 0, sale.amount + 1].choose(random).unwrap();
            }
        }
        all.push(back);
    }
    all
}

fn document(random: &mut Random, case: usize, number: String, member: Option<Person>) -> Document {
    let amount = *[0, 1, 99, random.random_range(0..1_000), random.random_range(0..10_000_000)].choose(random).unwrap();
    let at = instant(random);
    let source = format!("c{case}{}", ["", "-web"].choose(random).unwrap());
    Document { source, number, back: false, member, amount, at, of: None, lines: random.random_range(0..4) }
}

fn instant(random: &mut Random) -> i64 {
    let (from, until) = YEAR;
    let edge = *[from, until].choose(random).unwrap() + random.random_range(-1..=1);
    let anywhere = random.random_range(from - 800 * DAY..until + DAY - 1);
    *[edge, anywhere, from + 200 * DAY].choose(random).unwrap()
}

/// Points of some people.
pub fn points(random: &mut Random, people: usize) -> Vec<Points> {
    let count = random.random_range(0..10);
    let one = |number: usize, random: &mut Random| {
        let kind = *["EARNED", "REDEEMED", "EXPIRED", "ADJUSTED"].choose(random).unwrap();
        let least = if kind == "ADJUSTED" { -500 } else { 0 };
        let (member, points) = (random.random_range(0..people), random.random_range(least..500));
        Points { member, kind, points, at: instant(random), document: format!("p{number}") }
    };
    (0..count).map(|number| one(number, random)).collect()
}

impl Document {
    /// The row, the member named by any of its names.
    pub fn row(&self, names: &[[Value; 3]], random: &mut Random) -> Value {
        let lines: Vec<Value> = (0..self.lines)
            .map(|line| json!({"sku": format!("a{line}"), "quantity": "1.5", "amount": money(self.amount / 3)}))
            .collect();
        let member = self.member.map(|member| names[member].choose(random).unwrap());
        json!({"source": self.source, "document": self.number, "kind": if self.back { "RETURN" } else { "SALE" },
            "member": member, "amount": money(self.amount), "at": shown(self.at), "items": lines, "returnsDocument": self.of})
    }

    fn net(&self) -> i64 {
        if self.back { -self.amount } else { self.amount }
    }
}

impl Points {
    /// The row.
    pub fn row(&self, names: &[[Value; 3]], random: &mut Random) -> Value {
        json!({"member": names[self.member].choose(random).unwrap(), "kind": self.kind, "points": self.points,
            "at": shown(self.at), "document": self.document})
    }
}

/// What is to be read of a person.
pub fn sums(person: Person, documents: &[Document], points: &[Points]) -> Sums {
    let mut sums = Sums::default();
    let sale_of = |back: &Document| {
        documents.iter().find(|sale| !sale.back && sale.source == back.source && Some(&sale.number) == back.of.as_ref())
    };
    for document in documents {
        let whose = document.member.or_else(|| sale_of(document).and_then(|sale| sale.member));
        if whose != Some(person) {
            continue;
        }
        sums.spending += document.net();
        if YEAR.0 <= document.at && document.at < YEAR.1 {
            sums.year += document.net();
        }
        let names_it = |back: &&Document| {
            back.back && back.source == document.source && back.of.as_ref() == Some(&document.number)
        };
        let returns: Vec<&Document> = documents.iter().filter(names_it).collect();
        let in_full = !returns.is_empty() && returns.iter().map(|back| back.amount).sum::<i64>() >= document.amount;
        if !document.back && !in_full {
            sums.transactions += 1;
            sums.first = Some(sums.first.map_or(document.at, |first| first.min(document.at)));
            sums.last = Some(sums.last.map_or(document.at, |last| last.max(document.at)));
        }
    }
    for entry in points.iter().filter(|entry| entry.member == person) {
        *sums.points.entry(entry.kind).or_default() += entry.points;
    }
    sums
}

impl Sums {
    /// The metrics as the API shows them.
    pub fn metrics(&self) -> Value {
        let points = |kind: &str| self.points.get(kind).copied().unwrap_or_default();
        let balance = points("EARNED") - points("REDEEMED") - points("EXPIRED") + points("ADJUSTED");
        json!({"transactions": self.transactions, "spending": money(self.spending),
            "averageTransactionValue": divided(self.spending, self.transactions), "spendingLast12Months": money(self.year),
            "firstPurchaseAt": self.first.map(shown), "lastPurchaseAt": self.last.map(shown),
            "pointsBalance": balance.to_string(), "pointsEarned": points("EARNED").to_string(),
            "pointsRedeemed": points("REDEEMED").to_string(), "historicClv": valued(self.spending, 1)})
    }
}

/// The figures of a segment of people, none of whom may be contacted.
pub fn figures(people: &[Sums]) -> Value {
    let add = |sum: fn(&Sums) -> i64| people.iter().map(sum).sum::<i64>();
    let (members, transactions, spending) = (people.len() as i64, add(|one| one.transactions), add(|one| one.spending));
    let average = if members == 0 { Value::Null } else { json!(transactions as f64 / members as f64) };
    json!({"memberCount": members, "reachableCount": 0, "averageTransactionValue": divided(spending, transactions),
        "averageTransactions": average, "averageSpending": divided(add(|one| one.year), members),
        "averageClv": valued(spending, members)})
}

fn divided(amount: i64, count: i64) -> Option<String> {
    (count != 0).then(|| rounded(Decimal::new(amount, 2) / Decimal::from(count)))
}

fn valued(spending: i64, count: i64) -> Option<String> {
    let margin: Decimal = MARGIN.parse().unwrap();
    (count != 0).then(|| rounded(Decimal::new(spending, 2) * margin / Decimal::from(count)))
}

fn rounded(amount: Decimal) -> String {
    let mut amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    amount.rescale(2);
    if amount.is_zero() { money(0) } else { amount.to_string() }
}
