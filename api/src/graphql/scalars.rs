//! The contract's scalars. Ours, because the built-in ones read money through floats and print instants in ten ways.
//!
//! `is_valid` says no to whatever cannot be read: then the validation refuses it and names its place, row and field, which
//! an error of `parse` alone would not.

use std::str::FromStr;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat};
use engine::calendar::{Millis, utc_datetime};

/// An instant, RFC 3339 with offset, for example 2026-03-01T09:30:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateTime(pub(super) Millis);

/// A calendar day in the programme's time zone, for example 2026-03-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date(pub(super) NaiveDate);

/// An exact decimal number, sent as a string, for example "12.50". Input takes a string or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal(pub(super) rust_decimal::Decimal);

/// A whole number of any size, sent as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BigInt(pub(super) i64);

/// A URL; ours are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url(pub(super) String);

/// A URL; ours are absolute.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.parse::<axum::http::Uri>().is_ok() => Ok(Self(text)),
            _ => Err(InputValueError::custom("is not a URL such as https://shop.example.com/hook")),
        }
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An instant, RFC 3339 with offset, for example 2026-03-01T09:30:00Z.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let instant = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("is not an instant such as 2026-03-01T09:30:00Z"))?;
        Ok(Self(instant.timestamp_millis()))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(utc_datetime(self.0).to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A calendar day in the programme's time zone, for example 2026-03-01.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == *text);
        day.map(Self).ok_or_else(|| InputValueError::custom("is not a day such as 2026-03-01"))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal number, sent as a string, for example "12.50". Input takes a string or a number.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            // A JSON number with a point is a float: 15 digits of it are exact, more would be changed in silence.
            Value::Number(number) if number.is_f64() => {
                let text = number.to_string();
                if text.bytes().filter(u8::is_ascii_digit).count() > 15 || text.contains(['e', 'E']) {
                    return Err(InputValueError::custom("has too many digits for a JSON number: send it as a string"));
                }
                text
            }
            Value::Number(number) => number.to_string(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        // The library would also take 1_000.
        let plain = |letter: u8| letter.is_ascii_digit() || matches!(letter, b'.' | b'-' | b'+');
        let number = Some(text.trim()).filter(|text| text.bytes().all(plain));
        let number = number.and_then(|text| rust_decimal::Decimal::from_str_exact(text).ok());
        number.map(Self).ok_or_else(|| InputValueError::custom("is not a decimal number such as \"12.50\""))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A whole number of any size, sent as a string.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => i64::from_str(text).ok(),
            Value::Number(number) => number.as_i64(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        number.map(Self).ok_or_else(|| InputValueError::custom("is not a whole number of 64 bits"))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
