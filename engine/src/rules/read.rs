//! Reads JSON values and notes every mistake with its path, instead of ending at the first.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::limits::{MOST_TEXT, MOST_VALUES};
use crate::calendar::{FIRST_DAY, LAST_DAY};

/// What is wrong at a place of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What kind of mistake.
    pub kind: MistakeKind,
    /// A sentence for a person, without its subject: that is the path.
    pub message: String,
    /// Where, from the rule inwards.
    pub path: Vec<String>,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MistakeKind {
    /// Nothing where something is needed.
    Blank,
    /// Not a value of this field.
    Invalid,
    /// More letters than the field takes.
    TooLong,
    /// More than the list or the rule takes.
    TooMany,
    /// Nobody in particular is named.
    EmptyRule,
}

/// A place in the JSON of a rule, and the mistakes found so far.
#[derive(Default)]
pub(super) struct Reading {
    path: Vec<String>,
    mistakes: Vec<Mistake>,
}

impl Reading {
    /// Notes a mistake here. Answers nothing, so that `?` and `and_then` go on well.
    pub(super) fn refuse<T>(&mut self, kind: MistakeKind, message: impl Into<String>) -> Option<T> {
        self.mistakes.push(Mistake { kind, message: message.into(), path: self.path.clone() });
        None
    }

    /// Reads a part.
    pub(super) fn at<T>(&mut self, step: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.into());
        let part = read(self);
        self.path.pop();
        part
    }

    /// The value where nothing was wrong, else every mistake.
    pub(super) fn done<T>(self, value: Option<T>) -> Result<T, Vec<Mistake>> {
        match value {
            Some(value) if self.mistakes.is_empty() => Ok(value),
            _ => Err(self.mistakes),
        }
    }

    /// The fields of an object; null counts as absent, an unknown field is a mistake.
    pub(super) fn fields<'v>(&mut self, value: &'v Value, known: &[&str]) -> Option<Fields<'v>> {
        let Value::Object(fields) = value else { return self.refuse(MistakeKind::Invalid, "must be an object") };
        let mut right = true;
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            right = false;
            let message = format!("is not known here: there are {}", known.join(", "));
            self.at(name.as_str(), |reading| reading.refuse::<()>(MistakeKind::Invalid, message));
        }
        right.then_some(Fields(fields))
    }

    /// The one field of an object that is given.
    pub(super) fn one<'v>(&mut self, value: &'v Value, known: &[&'static str]) -> Option<(&'static str, &'v Value)> {
        let fields = self.fields(value, known)?;
        let mut given = known.iter().filter_map(|name| Some((*name, fields.get(name)?)));
        match (given.next(), given.next()) {
            (Some(one), None) => Some(one),
            _ => self.refuse(MistakeKind::Invalid, format!("must have exactly one of {}", known.join(", "))),
        }
    }

    /// A field that is needed.
    pub(super) fn needed<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        read: impl FnOnce(&mut Self, &Value) -> Option<T>,
    ) -> Option<T> {
        match fields.get(name) {
            Some(value) => self.at(name, |reading| read(reading, value)),
            None => self.at(name, |reading| reading.refuse(MistakeKind::Blank, "is needed")),
        }
    }

    /// A field that may be absent; nothing at all where it is wrong.
    pub(super) fn maybe<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        read: impl FnOnce(&mut Self, &Value) -> Option<T>,
    ) -> Option<Option<T>> {
        match fields.get(name) {
            Some(value) => self.at(name, |reading| read(reading, value)).map(Some),
            None => Some(None),
        }
    }

    /// Every item of a list that is not empty.
    pub(super) fn list<T>(
        &mut self,
        value: &Value,
        mut read: impl FnMut(&mut Self, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        // The API takes one value for a list of one.
        let items = if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        if items.is_empty() {
            return self.refuse(MistakeKind::Invalid, "must not be an empty list");
        }
        if items.len() > MOST_VALUES {
            return self.refuse(MistakeKind::TooMany, format!("must have at most {MOST_VALUES} values"));
        }
        let read = items.iter().enumerate().map(|(place, item)| self.at(place.to_string(), |part| read(part, item)));
        // All are read, so that all mistakes are found, before one of them ends it.
        read.collect::<Vec<_>>().into_iter().collect()
    }

    /// A text without control characters.
    pub(super) fn text(&mut self, value: &Value) -> Option<String> {
        let Value::String(text) = value else { return self.refuse(MistakeKind::Invalid, "must be a text") };
        if text.trim().is_empty() {
            return self.refuse(MistakeKind::Blank, "must not be blank");
        }
        if text.chars().count() > MOST_TEXT {
            return self.refuse(MistakeKind::TooLong, format!("must have at most {MOST_TEXT} characters"));
        }
        if text.chars().any(char::is_control) {
            return self.refuse(MistakeKind::Invalid, "must not hold control characters");
        }
        Some(text.clone())
    }

    /// A whole number from one to another.
    pub(super) fn whole(&mut self, value: &Value, least: i64, most: i64) -> Option<i64> {
        match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => Some(number),
            _ => self.refuse(MistakeKind::Invalid, format!("must be a whole number from {least} to {most}")),
        }
    }

    /// An exact number, as a text or a number.
    pub(super) fn decimal(&mut self, value: &Value) -> Option<Decimal> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        // With an exponent, what a decimal cannot hold would be rounded in silence.
        let is_short = text.bytes().filter(u8::is_ascii_digit).count() <= 28;
        let scientific = || Decimal::from_scientific(&text).ok().filter(|_| is_short);
        let number = Decimal::from_str_exact(&text).ok().or_else(scientific);
        match number {
            Some(number) => Some(number),
            None => self.refuse(MistakeKind::Invalid, "must be a decimal number of at most 28 digits"),
        }
    }

    /// A number of the API's Float, without its last noughts. None of them is rounded in silence.
    pub(super) fn float(&mut self, value: &Value) -> Option<Decimal> {
        if !value.is_number() {
            return self.refuse(MistakeKind::Invalid, "must be a number");
        }
        self.decimal(value).map(|number| number.normalize())
    }

    /// A day.
    pub(super) fn day(&mut self, value: &Value) -> Option<NaiveDate> {
        let spelt = value.as_str().filter(|text| text.len() == "2026-03-01".len());
        let day = spelt.and_then(|text| text.parse::<NaiveDate>().ok());
        match day {
            Some(day) if (FIRST_DAY..=LAST_DAY).contains(&day) => Some(day),
            _ => self.refuse(MistakeKind::Invalid, format!("must be a day from {FIRST_DAY} to {LAST_DAY}")),
        }
    }

    /// True or false.
    pub(super) fn flag(&mut self, value: &Value) -> Option<bool> {
        value.as_bool().or_else(|| self.refuse(MistakeKind::Invalid, "must be true or false"))
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, value: &Value, words: &[(&str, T)]) -> Option<T> {
        let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, word)| *word).or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(MistakeKind::Invalid, format!("must be one of {}", words.join(", ")))
        })
    }
}

/// The fields of an object.
pub(super) struct Fields<'v>(&'v Map<String, Value>);

impl<'v> Fields<'v> {
    /// A field; none where it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether none is given.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(Value::is_null)
    }
}
