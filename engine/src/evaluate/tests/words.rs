//! The words of rules that need a calculation of their own, worked out the long way.

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::rules::{NpsGroup, Sample};

/// How many birthdays came after the day of birth.
pub(super) fn full_years(birth: NaiveDate, today: NaiveDate) -> i64 {
    let birthdays = (birth.year() + 1..=today.year()).map(|year| its_day(birth, year)).filter(|day| *day <= today);
    i64::try_from(birthdays.count()).unwrap()
}

/// Whether a day is the day of its year that belongs to a date.
pub(super) fn is_its_day(date: NaiveDate, day: NaiveDate) -> bool {
    its_day(date, day.year()) == day
}

/// The day of a year that belongs to a date: 29 February falls on 28 February in common years.
fn its_day(date: NaiveDate, year: i32) -> NaiveDate {
    let day = NaiveDate::from_ymd_opt(year, date.month(), date.day());
    day.unwrap_or_else(|| NaiveDate::from_ymd_opt(year, 2, 28).unwrap())
}

/// A day in the one form that a day is written in.
pub(super) fn written_day(text: &str) -> Option<NaiveDate> {
    let form: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let part = |from: usize, to: usize| text[from..to].parse().unwrap();
    (form == "0000-00-00")
        .then(|| NaiveDate::from_ymd_opt(part(0, 4), part(5, 7).try_into().unwrap(), part(8, 10).try_into().unwrap()))?
}

/// The decimal that the text of a JSON number says, where it has at most 28 digits.
pub(super) fn exactly(text: &str) -> Option<Decimal> {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let mut number: Decimal = Decimal::from_str_exact(digits).ok()?;
    let exponent: i32 = exponent.parse().unwrap();
    for _ in 0..exponent.unsigned_abs() {
        if exponent > 0 {
            number = number.checked_mul(Decimal::TEN)?;
        } else {
            let scale = number.scale() + 1;
            number = (scale <= 28).then(|| Decimal::from_i128_with_scale(number.mantissa(), scale))?;
        }
    }
    Some(number)
}

/// Rounded once, half-even.
pub(super) fn rounded(number: Decimal, digits: u32) -> Decimal {
    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven)
}

pub(super) fn group(score: i64) -> NpsGroup {
    if score >= 9 {
        NpsGroup::Promoter
    } else if score >= 7 {
        NpsGroup::Passive
    } else {
        NpsGroup::Detractor
    }
}

/// FNV-1a of the salt, the member stirred in by SplitMix64: the part of 2^64 below the percentage.
pub(super) fn is_drawn(sample: &Sample, member: i64) -> bool {
    let mut seed = 14_695_981_039_346_656_037_u64;
    for byte in sample.salt.bytes() {
        seed ^= u64::from(byte);
        seed = seed.wrapping_mul(1_099_511_628_211);
    }
    let step = |number: u64| {
        let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ number >> 31
    };
    let drawn = u128::from(step(seed ^ step(member.cast_unsigned())));
    let share = sample.percent.mantissa().unsigned_abs();
    drawn * 100 * 10_u128.pow(sample.percent.scale()) < share << 64
}
