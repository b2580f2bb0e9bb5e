//! Facts are put together from rows, or out of other facts.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

use super::columns::{Answer, AttributeValue, Facts, Item, PURCHASE, Pair, Profile, RETURN, Transactions, end};
use super::{Dictionary, NO_DAY, TextId};
use crate::calendar::day_number;
use crate::ledger::{Direction, PointsMove};
use crate::text::fold;

/// Puts facts together, member by member: a member, then what is known of it, each kind in the order of time, and a
/// document's lines right after the document.
pub struct Builder<'d> {
    dictionary: &'d mut Dictionary,
    facts: Facts,
    keeps_ids: bool,
}

/// A member's own row.
#[derive(Clone, Copy, Debug)]
pub struct MemberRow<'a> {
    /// The id.
    pub id: i64,
    /// The number in the shop's own systems.
    pub number: &'a str,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// The local day of the enrolment.
    pub enrolled: Option<NaiveDate>,
    /// The birth date.
    pub birth: Option<NaiveDate>,
    /// As the shop spells it.
    pub gender: Option<&'a str>,
    /// The country.
    pub country: Option<&'a str>,
    /// The region.
    pub region: Option<&'a str>,
    /// The city.
    pub city: Option<&'a str>,
    /// The postal code.
    pub postal_code: Option<&'a str>,
    /// The tier.
    pub tier: Option<&'a str>,
    /// May be contacted.
    pub marketing_consent: bool,
    /// A JSON object.
    pub attributes: &'a str,
}

/// A document's own row.
#[derive(Clone, Copy, Debug)]
pub struct TransactionRow<'a> {
    /// The id.
    pub id: i64,
    /// The local day.
    pub day: NaiveDate,
    /// Sale or return.
    pub direction: Direction,
    /// Minor units; the direction gives the sign.
    pub amount: i64,
    /// A sale that is not returned whole.
    pub purchase: bool,
    /// The channel.
    pub channel: Option<&'a str>,
    /// The location.
    pub location: Option<&'a str>,
    /// A JSON list of objects with key and value.
    pub labels: &'a str,
}

/// A line of a document.
#[derive(Clone, Copy, Debug)]
pub struct ItemRow<'a> {
    /// Minor units.
    pub amount: i64,
    /// What was bought.
    pub sku: &'a str,
    /// The brand.
    pub brand: Option<&'a str>,
    /// The category.
    pub category: Option<&'a str>,
}

impl<'d> Builder<'d> {
    /// Facts whose texts are numbered by a dictionary.
    pub fn new(dictionary: &'d mut Dictionary) -> Self {
        Self { dictionary, facts: Facts::default(), keeps_ids: false }
    }

    /// The same with the ids of transactions, so that they can be shown as evidence.
    #[must_use]
    pub fn with_evidence(mut self) -> Self {
        self.keeps_ids = true;
        self
    }

    /// Begins a member; its id is larger than those before.
    pub fn member(&mut self, row: &MemberRow<'_>) {
        self.facts.close_member();
        let mut text = |text: Option<&str>| self.dictionary.intern_maybe(text);
        let profile = Profile {
            enrolled: row.enrolled.map_or(NO_DAY, day_number),
            birth: row.birth.map_or(NO_DAY, day_number),
            gender: text(row.gender),
            country: text(row.country),
            region: text(row.region),
            city: text(row.city),
            postal_code: text(row.postal_code),
            tier: text(row.tier),
            marketing_consent: row.marketing_consent,
        };
        self.facts.members.push(row.id);
        self.facts.profiles.push(profile);
        self.facts.numbers.push(&fold(row.number));
        self.facts.emails.push(&row.email.map(fold).unwrap_or_default());
        let attributes = attributes(self.dictionary, row.attributes);
        self.facts.attributes.push(attributes);
    }

    /// Adds a label of the member.
    pub fn label(&mut self, key: &str, value: &str) {
        let pair = Pair { key: self.dictionary.intern(key), value: self.dictionary.intern(value) };
        self.facts.labels.items.push(pair);
    }

    /// Adds a document of the member.
    pub fn transaction(&mut self, row: &TransactionRow<'_>) {
        let transactions = &mut self.facts.transactions;
        transactions.close_document();
        if self.keeps_ids {
            transactions.ids.push(row.id);
        }
        transactions.days.push(day_number(row.day));
        transactions.nets.push(row.direction.net(row.amount));
        let back = if row.direction == Direction::Return { RETURN } else { 0 };
        transactions.flags.push(back | if row.purchase { PURCHASE } else { 0 });
        transactions.channels.push(self.dictionary.intern_maybe(row.channel));
        transactions.locations.push(self.dictionary.intern_maybe(row.location));
        transactions.labels.push(labels(self.dictionary, row.labels));
    }

    /// Adds a line of the document.
    pub fn item(&mut self, row: &ItemRow<'_>) {
        let ItemRow { amount, sku, brand, category } = *row;
        let sku = self.dictionary.intern(sku);
        let (brand, category) = (self.dictionary.intern_maybe(brand), self.dictionary.intern_maybe(category));
        self.facts.transactions.items.items.push(Item { amount, sku, brand, category });
    }

    /// Adds an entry of the member's ledger.
    pub fn points(&mut self, day: NaiveDate, kind: PointsMove, points: i64) {
        let entries = &mut self.facts.points;
        entries.days.push(day_number(day));
        entries.kinds.push(kind);
        entries.points.push(i32::try_from(points).unwrap_or(i32::MAX));
    }

    /// Adds an answer of the member.
    pub fn answer(&mut self, survey: &str, score: i64) {
        let survey = self.dictionary.intern(survey);
        self.facts.feedback.items.push(Answer { survey, score: u8::try_from(score).unwrap_or(u8::MAX) });
    }

    /// The facts.
    pub fn finish(mut self) -> Facts {
        self.facts.close_member();
        self.facts
    }
}

impl Facts {
    /// These facts with some members as others have them, and without those that are gone. Both number their texts by the
    /// same dictionary.
    pub fn replaced(&self, by: &Facts, gone: impl Fn(i64) -> bool) -> Facts {
        let mut merged = Facts::default();
        let (mut old, mut new) = (0, 0);
        while old < self.len() || new < by.len() {
            let (ours, theirs) = (self.members.get(old), by.members.get(new));
            let replaced = matches!((ours, theirs), (Some(ours), Some(theirs)) if ours == theirs);
            if theirs.is_some_and(|theirs| ours.is_none_or(|ours| theirs <= ours)) {
                merged.copy(by, new);
                new += 1;
                old += usize::from(replaced);
            } else {
                if !gone(self.members[old]) {
                    merged.copy(self, old);
                }
                old += 1;
            }
        }
        merged
    }

    /// A part of the facts.
    pub fn part(&self, rows: std::ops::Range<usize>) -> Facts {
        let mut part = Facts::default();
        rows.for_each(|row| part.copy(self, row));
        part
    }

    /// Adds a member of other facts whose texts are numbered by the same dictionary.
    fn copy(&mut self, from: &Facts, row: usize) {
        self.members.push(from.members[row]);
        self.profiles.push(from.profiles[row]);
        self.numbers.push(from.numbers.of(row));
        self.emails.push(from.emails.of(row));
        self.labels.push(from.labels.of(row).iter().copied());
        self.attributes.push(from.attributes.of(row).iter().copied());
        let (documents, points) = (from.transactions_of(row), from.points_of(row));
        self.transactions.copy(&from.transactions, documents);
        self.transaction_ends.push(end(&self.transactions.days));
        self.points.days.extend_from_slice(&from.points.days[points.clone()]);
        self.points.kinds.extend_from_slice(&from.points.kinds[points.clone()]);
        self.points.points.extend_from_slice(&from.points.points[points]);
        self.points_ends.push(end(&self.points.days));
        self.feedback.push(from.feedback.of(row).iter().copied());
    }

    /// Notes where the last member's rows end.
    fn close_member(&mut self) {
        if self.members.is_empty() {
            return;
        }
        self.transactions.close_document();
        self.labels.ends.push(end(&self.labels.items));
        self.transaction_ends.push(end(&self.transactions.days));
        self.points_ends.push(end(&self.points.days));
        self.feedback.ends.push(end(&self.feedback.items));
    }
}

impl Transactions {
    fn copy(&mut self, from: &Transactions, documents: std::ops::Range<usize>) {
        self.days.extend_from_slice(&from.days[documents.clone()]);
        self.nets.extend_from_slice(&from.nets[documents.clone()]);
        self.flags.extend_from_slice(&from.flags[documents.clone()]);
        self.channels.extend_from_slice(&from.channels[documents.clone()]);
        self.locations.extend_from_slice(&from.locations[documents.clone()]);
        for document in documents {
            self.labels.push(from.labels.of(document).iter().copied());
            self.items.push(from.items.of(document).iter().copied());
        }
    }

    /// Notes where the last document's lines end.
    fn close_document(&mut self) {
        if self.items.ends.len() < self.days.len() {
            self.items.ends.push(end(&self.items.items));
        }
    }
}

/// The attributes of a JSON object by name, each once.
fn attributes(dictionary: &mut Dictionary, json: &str) -> Vec<(TextId, AttributeValue)> {
    if json == "{}" {
        return Vec::new();
    }
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return Vec::new() };
    let value = |dictionary: &mut Dictionary, value: Value| match value {
        Value::String(text) => {
            let day = text.parse().map_or(NO_DAY, day_number);
            AttributeValue::Text(dictionary.intern(&text), day)
        }
        Value::Number(number) => decimal(&number.to_string()).map_or(AttributeValue::Other, AttributeValue::Number),
        Value::Bool(flag) => AttributeValue::Flag(flag),
        Value::Null | Value::Array(_) | Value::Object(_) => AttributeValue::Other,
    };
    let there = fields.into_iter().filter(|(_, value)| !value.is_null());
    there.map(|(name, given)| (dictionary.intern_exactly(&name), value(dictionary, given))).collect()
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

#[derive(serde::Deserialize)]
struct Label<'a> {
    #[serde(borrow)]
    key: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    value: std::borrow::Cow<'a, str>,
}

/// The labels of a JSON list.
fn labels(dictionary: &mut Dictionary, json: &str) -> Vec<Pair> {
    if json == "[]" {
        return Vec::new();
    }
    let labels: Vec<Label<'_>> = serde_json::from_str(json).unwrap_or_default();
    labels.iter().map(|one| Pair { key: dictionary.intern(&one.key), value: dictionary.intern(&one.value) }).collect()
}
