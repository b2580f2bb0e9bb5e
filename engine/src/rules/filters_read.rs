//! From JSON to what a value must be.

use serde_json::Value;

use super::filter::{Bounds, DayBounds, TextMatch};
use super::limits::WINDOW_DAYS;
use super::read::MistakeKind::Invalid;
use super::read::Reading;
use super::{LabelMatch, Window};

pub(super) fn label(reading: &mut Reading, value: &Value) -> Option<LabelMatch> {
    let fields = reading.fields(value, &["key", "value"])?;
    let key = reading.needed(&fields, "key", Reading::text);
    let value = reading.maybe(&fields, "value", text);
    Some(LabelMatch { key: key?, value: value? })
}

pub(super) fn window(reading: &mut Reading, value: &Value) -> Option<Window> {
    let (name, part) = reading.one(value, &["lastDays", "between", "daysAgo"])?;
    reading.at(name, |reading| match name {
        "lastDays" => reading.whole(part, 1, WINDOW_DAYS).map(Window::LastDays),
        "between" => days(reading, part).map(Window::Between),
        _ => {
            let fields = reading.fields(part, &["from", "to"])?;
            let [from, to] = ["from", "to"]
                .map(|end| reading.needed(&fields, end, |reading, value| reading.whole(value, 0, WINDOW_DAYS)));
            Some(Window::DaysAgo { from: from?, to: to? })
        }
    })
}

pub(super) fn words<T: Copy>(reading: &mut Reading, value: &Value, known: &[(&str, T)]) -> Option<Vec<T>> {
    reading.list(value, |reading, value| reading.word(value, known))
}

pub(super) fn text(reading: &mut Reading, value: &Value) -> Option<TextMatch> {
    let fields = reading.fields(value, &["eq", "in", "contains", "startsWith"])?;
    if fields.is_empty() {
        return reading.refuse(Invalid, "must not be empty");
    }
    let eq = reading.maybe(&fields, "eq", Reading::text);
    let within = reading.maybe(&fields, "in", |reading, value| reading.list(value, Reading::text));
    let contains = reading.maybe(&fields, "contains", Reading::text);
    let starts_with = reading.maybe(&fields, "startsWith", Reading::text);
    Some(TextMatch { eq: eq?, within: within?, contains: contains?, starts_with: starts_with? })
}

pub(super) fn bounds<T>(
    reading: &mut Reading,
    value: &Value,
    read: impl Fn(&mut Reading, &Value) -> Option<T>,
) -> Option<Bounds<T>> {
    let fields = reading.fields(value, &["eq", "gt", "gte", "lt", "lte"])?;
    if fields.is_empty() {
        return reading.refuse(Invalid, "must not be empty");
    }
    let [eq, gt, gte, lt, lte] = ["eq", "gt", "gte", "lt", "lte"].map(|bound| reading.maybe(&fields, bound, &read));
    Some(Bounds { eq: eq?, gt: gt?, gte: gte?, lt: lt?, lte: lte? })
}

/// A whole number of 32 bits, as the API's Int.
pub(super) fn small(reading: &mut Reading, value: &Value) -> Option<i64> {
    reading.whole(value, i64::from(i32::MIN), i64::from(i32::MAX))
}

pub(super) fn days(reading: &mut Reading, value: &Value) -> Option<DayBounds> {
    let fields = reading.fields(value, &["on", "from", "to", "lastDays"])?;
    if fields.is_empty() {
        return reading.refuse(Invalid, "must not be empty");
    }
    let [on, from, to] = ["on", "from", "to"].map(|bound| reading.maybe(&fields, bound, Reading::day));
    let last_days = reading.maybe(&fields, "lastDays", |reading, value| reading.whole(value, 1, WINDOW_DAYS));
    Some(DayBounds { on: on?, from: from?, to: to?, last_days: last_days? })
}
