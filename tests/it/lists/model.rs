//! The slow, obvious model of a list: rows in memory, looked at one by one. It shares nothing with the statements.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use engine::text::fold;
use rust_decimal::Decimal;
use serde_json::Value;

/// What is known of a row under the name of a filter's field.
#[derive(Clone, Debug)]
pub enum Fact {
    Text(Option<String>),
    /// One of these must hold, such as a tag.
    Texts(Vec<String>),
    Number(Option<Decimal>),
    Real(Option<f64>),
    Bool(bool),
    /// One of a filter's words, such as a kind.
    Word(&'static str),
    Day(Option<NaiveDate>),
    /// References that hold, as `number:c1`, `email:a@b.c`, `key:vip`, `id:…`.
    Named(BTreeSet<String>),
    Labels(Vec<(String, String)>),
}

/// What a row is sorted by under the name of an order's field.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    Text(String),
    Number(Option<Decimal>),
    Real(Option<f64>),
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// What the test tells it by: a segment's key, a member's number.
    pub name: String,
    /// Its place among all rows in the order in which they were made.
    pub rank: usize,
    /// What `search` looks at.
    pub searched: Vec<String>,
    pub facts: BTreeMap<&'static str, Fact>,
    pub keys: BTreeMap<&'static str, SortKey>,
}

/// The names of the rows that a search and a filter let through, in an order.
pub fn listed(
    rows: &[Row],
    today: NaiveDate,
    search: Option<&str>,
    filter: &Value,
    order: (&str, bool),
) -> Vec<String> {
    let mut kept: Vec<&Row> =
        rows.iter().filter(|row| search.is_none_or(|text| found(row, text)) && holds(filter, row, today)).collect();
    kept.sort_by(|one, other| compare(one, other, order));
    kept.into_iter().map(|row| row.name.clone()).collect()
}

/// Whether every word of a text begins a word of the row.
pub fn found(row: &Row, text: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let has: Vec<String> = row.searched.iter().flat_map(|text| words(text)).collect();
    words(text).iter().all(|typed| has.iter().any(|word| word.starts_with(typed)))
}

/// Whether a filter, as it is sent, holds for a row.
pub fn holds(filter: &Value, row: &Row, today: NaiveDate) -> bool {
    given(filter).all(|(field, value)| match field {
        "and" => value.as_array().unwrap().iter().all(|filter| holds(filter, row, today)),
        "or" => value.as_array().unwrap().iter().any(|filter| holds(filter, row, today)),
        "not" => !holds(value, row, today),
        field => fact_holds(value, &row.facts[field], today),
    })
}

fn fact_holds(filter: &Value, fact: &Fact, today: NaiveDate) -> bool {
    match fact {
        Fact::Text(text) => given(filter).all(|one| text.as_ref().is_some_and(|text| text_holds(one, text))),
        Fact::Texts(texts) => {
            given(filter).count() == 0 || texts.iter().any(|text| given(filter).all(|one| text_holds(one, text)))
        }
        Fact::Number(number) => given(filter)
            .all(|(operator, bound)| number.is_some_and(|number| compares(operator, number.cmp(&decimal(bound))))),
        Fact::Real(real) => given(filter).all(|(operator, bound)| {
            real.is_some_and(|real| compares(operator, real.partial_cmp(&bound.as_f64().unwrap()).unwrap()))
        }),
        Fact::Bool(is) => filter.as_bool() == Some(*is),
        Fact::Word(word) => filter.as_array().unwrap().iter().any(|one| one == word),
        Fact::Day(day) => given(filter).all(|one| day.is_some_and(|day| day_holds(one, day, today))),
        Fact::Named(names) => given(filter).all(|(kind, name)| {
            let name = name.as_str().unwrap();
            let name = if kind == "email" { fold(name.trim()) } else { name.to_owned() };
            names.contains(&format!("{kind}:{name}"))
        }),
        Fact::Labels(labels) => {
            let key = fold(filter["key"].as_str().unwrap());
            let holds = |value: &str| given(&filter["value"]).all(|one| text_holds(one, value));
            labels.iter().any(|(of, value)| fold(of) == key && holds(value))
        }
    }
}

/// The fields that are there; null is as if it were not.
fn given(filter: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = filter.as_object().into_iter().flatten();
    fields.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
}

fn text_holds((operator, asked): (&str, &Value), text: &str) -> bool {
    let text = fold(text);
    let folded = |asked: &Value| fold(asked.as_str().unwrap());
    match operator {
        "eq" => text == folded(asked),
        "in" => asked.as_array().unwrap().iter().any(|one| text == folded(one)),
        "contains" => text.contains(&folded(asked)),
        "startsWith" => text.starts_with(&folded(asked)),
        other => panic!("no text is asked for {other}"),
    }
}

fn compares(operator: &str, ordering: Ordering) -> bool {
    match operator {
        "eq" => ordering.is_eq(),
        "gt" => ordering.is_gt(),
        "gte" => ordering.is_ge(),
        "lt" => ordering.is_lt(),
        "lte" => ordering.is_le(),
        other => panic!("no number is asked for {other}"),
    }
}

fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap()
}

fn day_holds((operator, asked): (&str, &Value), day: NaiveDate, today: NaiveDate) -> bool {
    let asked_day = || asked.as_str().unwrap().parse::<NaiveDate>().unwrap();
    match operator {
        "on" => day == asked_day(),
        "from" => day >= asked_day(),
        "to" => day <= asked_day(),
        "lastDays" => {
            let before = asked.as_u64().unwrap() - 1;
            day <= today && today.checked_sub_days(Days::new(before)).is_none_or(|first| first <= day)
        }
        other => panic!("no day is asked for {other}"),
    }
}

/// Nulls last in both directions, ties by id in the order's own direction.
fn compare(one: &Row, other: &Row, (field, descending): (&str, bool)) -> Ordering {
    let keys = match (&one.keys[field], &other.keys[field]) {
        (SortKey::Text(one), SortKey::Text(other)) => turned(one.cmp(other), descending),
        (SortKey::Number(one), SortKey::Number(other)) => nulls_last(one, other, descending, Ord::cmp),
        (SortKey::Real(one), SortKey::Real(other)) => nulls_last(one, other, descending, f64::total_cmp),
        (one, other) => panic!("{one:?} and {other:?} cannot be compared"),
    };
    keys.then(turned(one.rank.cmp(&other.rank), descending))
}

fn nulls_last<T>(one: &Option<T>, other: &Option<T>, descending: bool, by: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => turned(by(one, other), descending),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    }
}

fn turned(ordering: Ordering, descending: bool) -> Ordering {
    if descending { ordering.reverse() } else { ordering }
}
