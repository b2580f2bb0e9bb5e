//! Members at random, and what they did.

use chrono::{Days, NaiveDate};
use engine::calendar::{Zone, utc_datetime};
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tests::{Random, TestApp};

use super::world::{TODAY, created};

/// A member as it was recorded.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub number: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub country: Option<String>,
    pub city: Option<String>,
    pub tier: Option<String>,
    pub labels: Vec<(String, String)>,
    pub enrolled: bool,
    pub consent: bool,
    pub created_at: i64,
    pub documents: Vec<Document>,
    /// Points earned, or taken off where negative.
    pub points: Vec<i64>,
}

/// A sale, or a return where it takes a sale back or is worth less than nothing.
#[derive(Clone, Debug)]
pub struct Document {
    pub number: String,
    /// In cents; negative for a return.
    pub net: i64,
    pub at: i64,
    pub returns: Option<String>,
}

impl Person {
    /// Sales that are not taken back in full.
    pub fn purchases(&self) -> impl Iterator<Item = &Document> {
        let back = |sale: &Document| -> (usize, i64) {
            let returns = self.documents.iter().filter(|one| one.returns.as_ref() == Some(&sale.number));
            returns.fold((0, 0), |(count, sum), one| (count + 1, sum - one.net))
        };
        self.documents.iter().filter(move |one| {
            let (count, sum) = back(one);
            one.net >= 0 && (count == 0 || sum < one.net)
        })
    }

    pub fn transactions(&self) -> i64 {
        i64::try_from(self.purchases().count()).unwrap()
    }

    /// In cents, over all time.
    pub fn spending(&self) -> i64 {
        self.documents.iter().map(|one| one.net).sum()
    }

    /// In cents, on the days after a day.
    pub fn spending_after(&self, day: NaiveDate, zone: Zone) -> i64 {
        self.documents.iter().filter(|one| zone.day_of(one.at) > day).map(|one| one.net).sum()
    }

    pub fn last_purchase_at(&self) -> Option<i64> {
        self.purchases().map(|one| one.at).max()
    }

    pub fn balance(&self) -> i64 {
        self.points.iter().sum()
    }

    pub fn name(&self) -> String {
        let names: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        names.join(" ")
    }
}

const FIRST: [&str; 12] =
    ["Zoë", "ŁUKASZ", "Anna-Maria", "anna", "İpek", "ΟΔΥΣΣΕΥΣ", "日本", "100%", "a_b", "b\\c", "Ann", "E\u{301}mile"];
const LAST: [&str; 9] = ["O'Neil", "smith", "SMITH", "Größe", "von der Heide", "Ｗｉｄｅ", "%", "_", "Nowak"];
const PLACES: [&str; 6] = ["PL", "pl", "Österreich", "ÖSTERREICH", "São Tomé", "a%b"];

/// Everybody: some alike, some who never bought, some who brought back more than they bought.
pub fn people(random: &mut Random, zone: Zone) -> Vec<Person> {
    let mut people = Vec::new();
    for place in 0..300_usize {
        let styles = [format!("c{place}"), format!("C_{place}"), format!("É{place}%"), format!("m-{place:05}")];
        let mut maybe = |pool: &[&str]| random.random_bool(0.8).then(|| (*pool.choose(random).unwrap()).to_owned());
        let (first_name, last_name, country) = (maybe(&FIRST), maybe(&LAST), maybe(&PLACES));
        let (city, tier) = (maybe(&PLACES), maybe(&["gold", "GOLD", "silver", "bron_ze"]));
        let email = match place % 5 {
            0 => None,
            // Several share it.
            1 => Some(format!("Shared{}@Example.org", place % 3)),
            _ => Some(format!("Person.{place}@Example.org")),
        };
        let labels = (0..random.random_range(0..3))
            .map(|_| {
                let (key, value) =
                    (["Store", "store", "x%"].choose(random), ["North", "north", "Süd", "_"].choose(random));
                ((*key.unwrap()).to_owned(), (*value.unwrap()).to_owned())
            })
            .collect();
        people.push(Person {
            number: styles[random.random_range(0..4)].clone(),
            first_name,
            last_name,
            email,
            country,
            city,
            tier,
            labels,
            enrolled: random.random_bool(0.5),
            consent: random.random_bool(0.5),
            created_at: created(random, zone, place),
            documents: documents(random, zone, place),
            points: (0..random.random_range(0..4)).map(|_| random.random_range(-50..200)).collect(),
        });
    }
    people
}

fn documents(random: &mut Random, zone: Zone, place: usize) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    // A fifth never bought.
    let sales = if place % 5 == 3 { 0 } else { random.random_range(0..6) };
    for sale in 0..sales {
        let days = *[0, 1, 29, 30, 364, 365, 366, 700].choose(random).unwrap();
        let at = zone.start_of(TODAY - Days::new(days)) + [0, 1, 36_000_000].choose(random).unwrap();
        let number = format!("d{place}-{sale}");
        // Round amounts, so that figures tie.
        let net = random.random_range(1..=40) * 250;
        documents.push(Document { number: number.clone(), net, at, returns: None });
        let back = [0, 0, 0, net, net / 2, net * 3].choose(random).copied().unwrap();
        if back > 0 {
            let returns = Some(number).filter(|_| random.random_bool(0.8));
            documents.push(Document { number: format!("r{place}-{sale}"), net: -back, at: at + 1, returns });
        }
    }
    documents
}

/// Records everybody and everything through the API.
pub async fn record(app: &TestApp, people: &[Person]) {
    let members: Vec<Value> = people.iter().map(member).collect();
    let text = "mutation($rows: [MemberInput!]!) { upsertMembers(input: {members: $rows}) { created problems { message path } } }";
    let done = app.graphql(text, json!({ "rows": members })).await;
    assert_eq!(done["upsertMembers"], json!({"created": people.len(), "problems": []}));

    let documents: Vec<Value> =
        people.iter().flat_map(|person| person.documents.iter().map(|one| document(person, one))).collect();
    let text = "mutation($rows: [TransactionInput!]!) { recordTransactions(input: {transactions: $rows}) { created problems { message path } } }";
    let done = app.graphql(text, json!({ "rows": documents })).await;
    assert_eq!(done["recordTransactions"], json!({"created": documents.len(), "problems": []}));

    let entries: Vec<Value> = people
        .iter()
        .flat_map(|person| person.points.iter().enumerate().map(|(place, points)| entry(person, place, *points)))
        .collect();
    let text = "mutation($rows: [PointsInput!]!) { recordPoints(input: {entries: $rows}) { created problems { message path } } }";
    let done = app.graphql(text, json!({ "rows": entries })).await;
    assert_eq!(done["recordPoints"], json!({"created": entries.len(), "problems": []}));
}

fn member(person: &Person) -> Value {
    let labels: Vec<Value> = person.labels.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    json!({"number": person.number, "firstName": person.first_name, "lastName": person.last_name, "email": person.email,
        "country": person.country, "city": person.city, "tier": person.tier, "labels": labels,
        "enrolledAt": person.enrolled.then_some("2025-01-01T10:00:00Z"), "marketingConsent": person.consent})
}

fn document(person: &Person, one: &Document) -> Value {
    let (kind, amount) = if one.net < 0 { ("RETURN", -one.net) } else { ("SALE", one.net) };
    json!({"document": one.number, "kind": kind, "member": {"number": person.number}, "returnsDocument": one.returns,
        "amount": rust_decimal::Decimal::new(amount, 2), "at": utc_datetime(one.at).to_rfc3339(),
        "items": [{"sku": format!("sku-{}", one.number), "amount": rust_decimal::Decimal::new(amount, 2)}]})
}

fn entry(person: &Person, place: usize, points: i64) -> Value {
    let kind = if points < 0 { "ADJUSTED" } else { "EARNED" };
    let at = format!("2026-01-{:02}T10:00:00+01:00", place + 1);
    json!({"member": {"number": person.number}, "kind": kind, "points": points, "at": at, "document": format!("p{place}")})
}
