//! A row of a file: its cells, and what they mean.

use csv::ByteRecord;
use engine::calendar::{Millis, Zone};
use engine::money::Currency;
use rust_decimal::Decimal;

use super::instant;
use crate::error::Refusal;
use crate::members::LabelInput;

/// What the cells of a chunk are read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// The programme's zone.
    pub(super) zone: Zone,
    /// The programme's currency.
    pub(super) currency: Currency,
    /// The programme's time.
    pub(super) now: Millis,
}

/// A field that is read from a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// The field's name, for the rejects.
    pub(super) field: String,
    /// The place of its cell among the cells that are read.
    pub(super) slot: usize,
}

/// A row of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Its first line in the file.
    pub(super) line: u64,
    /// Its cells.
    pub(super) record: &'a ByteRecord,
    /// Where in `record` the cell of each slot stands.
    pub(super) places: &'a [usize],
}

/// What is wrong with a cell. It never repeats what stands there: that may be about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The field; empty where it is the row as a whole.
    pub(super) field: String,
    /// A sentence or its end.
    pub(super) reason: String,
}

impl Wrong {
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// A refusal of the API's, in the words of a file. `within` stands before the field's name.
    pub(super) fn refused(refusal: &Refusal, within: &str) -> Self {
        let names: Vec<String> = refusal.path.iter().map(|step| snake(step)).collect();
        Self::new(format!("{within}{}", names.join(".")), refusal.message.clone())
    }
}

/// The name of an API's field in a file: `firstName` is `first_name`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

impl<'a> Row<'a> {
    /// The bytes of a cell, trimmed.
    pub(super) fn bytes(&self, slot: usize) -> &'a [u8] {
        let place = self.places.get(slot).copied();
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim_ascii()
    }

    /// The text of a cell; none where it is empty.
    pub(super) fn text(&self, column: &Column) -> Result<Option<&'a str>, Wrong> {
        match std::str::from_utf8(self.bytes(column.slot)) {
            Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Err(_) => Err(Wrong::new(&column.field, "is not UTF-8")),
        }
    }

    /// The text of a cell whose column may be absent.
    pub(super) fn maybe(&self, column: Option<&Column>) -> Result<Option<&'a str>, Wrong> {
        column.map_or(Ok(None), |column| self.text(column))
    }

    /// The text of a cell that must not be empty.
    pub(super) fn needed(&self, column: &Column) -> Result<&'a str, Wrong> {
        self.text(column)?.ok_or_else(|| Wrong::new(&column.field, "must not be blank"))
    }

    /// The instant in a cell that must not be empty.
    pub(super) fn instant(&self, column: &Column, zone: Zone) -> Result<Millis, Wrong> {
        read_instant(column, self.needed(column)?, zone)
    }

    /// The number in a cell that must not be empty.
    pub(super) fn decimal(&self, column: &Column) -> Result<Decimal, Wrong> {
        let text = self.needed(column)?;
        decimal(text).ok_or_else(|| Wrong::new(&column.field, "is not a number such as 1234.50"))
    }

    /// The amount in a cell that must not be empty, in minor units.
    pub(super) fn amount(&self, column: &Column, currency: Currency) -> Result<i64, Wrong> {
        currency.minor(self.decimal(column)?).map_err(|error| Wrong::new(&column.field, too_much(error, currency)))
    }
}

/// The instant of a text.
pub(super) fn read_instant(column: &Column, text: &str, zone: Zone) -> Result<Millis, Wrong> {
    let reason = "is not a time such as 2026-01-31T15:04:05+01:00, 2026-01-31 15:04 or 2026-01-31";
    instant::instant(text, zone).ok_or_else(|| Wrong::new(&column.field, reason))
}

/// Why a number is no amount.
pub(super) fn too_much(error: engine::money::AmountError, currency: Currency) -> String {
    match error {
        engine::money::AmountError::TooManyDigits => {
            format!("has more digits after the point than {} has: {}", currency.code(), currency.digits())
        }
        engine::money::AmountError::TooLarge => "is too large".to_owned(),
    }
}

/// A number with a point and without anything between its digits. What is not exactly a number is none.
fn decimal(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut points = 0;
    let plain = unsigned.bytes().all(|byte| match byte {
        b'.' => {
            points += 1;
            points == 1
        }
        byte => byte.is_ascii_digit(),
    });
    if !plain || points == unsigned.len() {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// Labels that a row gives, none of them empty.
pub(super) fn labels(row: &Row<'_>, columns: &[(String, Column)]) -> Result<Vec<LabelInput>, Wrong> {
    let mut labels = Vec::new();
    for (key, column) in columns {
        if let Some(value) = row.text(column)? {
            labels.push(LabelInput { key: key.clone(), value: value.to_owned() });
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_exact_or_none() {
        for (text, expected) in
            [("12.50", "12.50"), ("-0.05", "-0.05"), ("+7", "7"), (".5", "0.5"), ("5.", "5"), ("007", "7")]
        {
            assert_eq!(decimal(text).map(|number| number.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "-", ".", "1,5", "1_000", "1 000", "1e3", "0x1", "--1", "1.2.3", "12.50 EUR", "NaN", "٣"] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(decimal("0.12345678901234567890123456789"), None);
        assert_eq!(decimal("123456789012345678901234567890"), None);
    }

    #[test]
    fn names_are_those_of_files() {
        assert_eq!(snake("returnsDocument"), "returns_document");
        assert_eq!(snake("sku"), "sku");
    }
}
