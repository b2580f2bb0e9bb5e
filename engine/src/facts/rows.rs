//! Rows as they are handed over, and what they become in the columns.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

use super::columns::{Answer, AttributeValue, Facts, PURCHASE, Pair, Points, RETURN, Transactions};
use super::valuation::Valued;
use super::{Dictionary, NO_DAY, TextId};
use crate::calendar::day_number;
use crate::ledger::{Direction, PointsMove};
use crate::text::fold;

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

/// An entry of a member's ledger.
#[derive(Clone, Copy, Debug)]
pub struct PointsRow<'a> {
    /// The local day.
    pub day: NaiveDate,
    /// What it moves.
    pub kind: PointsMove,
    /// How many; only a correction may be negative.
    pub points: i64,
    /// What they came from, for example PURCHASE.
    pub origin: Option<&'a str>,
}

impl MemberRow<'_> {
    /// Of a member of whom nothing but the id is known.
    pub fn bare(id: i64) -> Self {
        Self {
            id,
            number: "",
            email: None,
            enrolled: None,
            birth: None,
            gender: None,
            country: None,
            region: None,
            city: None,
            postal_code: None,
            tier: None,
            marketing_consent: false,
            attributes: "{}",
        }
    }
}

impl TransactionRow<'_> {
    /// Of a document of which nothing is known but its day, what it adds to spending, and whether it is a purchase; what
    /// is below 0 is a return.
    pub fn bare(day: NaiveDate, net: i64, purchase: bool) -> Self {
        Self {
            id: 0,
            day,
            direction: if net < 0 { Direction::Return } else { Direction::Sale },
            amount: net.abs(),
            purchase,
            channel: None,
            location: None,
            labels: "[]",
        }
    }
}

impl Facts {
    /// Adds a member's own row.
    pub(super) fn push_member(&mut self, row: &MemberRow<'_>, dictionary: &mut Dictionary) {
        self.members.push(row.id);
        self.profiles.push(row, dictionary);
        self.numbers.push(&fold(row.number));
        self.emails.push(&row.email.map(fold).unwrap_or_default());
        self.attributes.push(attributes(dictionary, row.attributes));
        self.valued.push(Valued::NOTHING);
    }
}

impl Transactions {
    /// Adds a document's own row; its lines follow.
    pub(super) fn push(&mut self, row: &TransactionRow<'_>, dictionary: &mut Dictionary) {
        self.close_document();
        self.days.push(day_number(row.day));
        self.nets.push(row.direction.net(row.amount));
        let back = if row.direction == Direction::Return { RETURN } else { 0 };
        self.flags.push(back | if row.purchase { PURCHASE } else { 0 });
        self.channels.push(dictionary.intern_maybe(row.channel));
        self.locations.push(dictionary.intern_maybe(row.location));
        self.labels.push(labels(dictionary, row.labels));
    }
}

impl Points {
    /// Adds an entry.
    pub(super) fn push(&mut self, row: &PointsRow<'_>, dictionary: &mut Dictionary) {
        self.days.push(day_number(row.day));
        self.kinds.push(row.kind);
        self.points.push(i32::try_from(row.points).unwrap_or(i32::MAX));
        self.origins.push(dictionary.intern_apart(row.origin));
    }
}

impl Pair {
    pub(super) fn of(key: &str, value: &str, dictionary: &mut Dictionary) -> Self {
        Self { key: dictionary.intern(key), value: dictionary.intern(value) }
    }
}

impl Answer {
    pub(super) fn of(day: NaiveDate, survey: &str, score: i64, dictionary: &mut Dictionary) -> Self {
        let score = u8::try_from(score).unwrap_or(u8::MAX);
        Self { day: day_number(day), survey: dictionary.intern(survey), score }
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
            let day = whole_day(&text).map_or(NO_DAY, day_number);
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
    labels.iter().map(|one| Pair::of(&one.key, &one.value, dictionary)).collect()
}

/// A day that is spelt with all of its ten characters, as in rules: 2026-3-1 is a text and no day.
fn whole_day(text: &str) -> Option<NaiveDate> {
    if text.len() == "2026-03-01".len() { text.parse().ok() } else { None }
}
