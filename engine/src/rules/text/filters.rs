//! What a value must be, in words.

use super::super::filter::{Bounds, DayBounds, TextMatch};
use super::super::{LabelMatch, TransactionsMatch, Window};
use super::phrase::{Test, any_of, counted, quoted, value};

/// “at least 18”, “less than 30”.
pub(super) fn bounds<T: ToString>(Bounds { eq, gt, gte, lt, lte }: &Bounds<T>) -> Vec<String> {
    let words = [("", eq), ("more than ", gt), ("at least ", gte), ("less than ", lt), ("at most ", lte)];
    words.iter().filter_map(|(word, bound)| Some(format!("{word}{}", bound.as_ref()?.to_string()))).collect()
}

/// “is PL or DE”, “contains er”.
pub(super) fn texts(filter: &TextMatch) -> Vec<Test> {
    tests(filter, value)
}

/// The same where numbers, days and flags could stand in the place of the text.
pub(super) fn quoted_texts(filter: &TextMatch) -> Vec<Test> {
    tests(filter, quoted)
}

fn tests(TextMatch { eq, within, contains, starts_with }: &TextMatch, shown: fn(&str) -> String) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut test = |said: &str, denied: &str, text: String| {
        tests.push(Test::new(format!("{said} {text}"), format!("{denied} {text}")));
    };
    if let Some(text) = eq {
        test("is", "is not", shown(text));
    }
    if let Some(texts) = within {
        test("is", "is not", any_of(&each(texts, shown)));
    }
    if let Some(text) = contains {
        test("contains", "does not contain", shown(text));
    }
    if let Some(text) = starts_with {
        test("starts with", "does not start with", shown(text));
    }
    tests
}

/// Days on which something is: “on 2026-05-01”, “from 2026-01-01 to 2026-03-31”, “in the last 30 days”.
pub(super) fn days(days: &DayBounds) -> Vec<String> {
    let span = match (days.from, days.to) {
        (Some(from), Some(to)) => Some(format!("from {from} to {to}")),
        (Some(from), None) => Some(format!("from {from} on")),
        (None, Some(to)) => Some(format!("until {to}")),
        (None, None) => None,
    };
    days_with(days, span)
}

/// What a day is: “on or after 2026-01-01”.
pub(super) fn day(days: &DayBounds) -> Vec<String> {
    let span = match (days.from, days.to) {
        (Some(from), Some(to)) => Some(format!("between {from} and {to}")),
        (Some(from), None) => Some(format!("on or after {from}")),
        (None, Some(to)) => Some(format!("on or before {to}")),
        (None, None) => None,
    };
    days_with(days, span)
}

fn days_with(days: &DayBounds, span: Option<String>) -> Vec<String> {
    let on = days.on.map(|day| format!("on {day}"));
    [on, span, days.last_days.map(last_days)].into_iter().flatten().collect()
}

fn last_days(days: i64) -> String {
    if days == 1 { "today".to_owned() } else { format!("in the last {days} days") }
}

/// The window with a blank before it; nothing for all time.
pub(super) fn window(window: Option<&Window>) -> String {
    let window = match window {
        None => return String::new(),
        Some(Window::LastDays(number)) => last_days(*number),
        Some(Window::Between(bounds)) => days(bounds).join(" and "),
        Some(Window::DaysAgo { from, to }) => match (from.max(to), from.min(to)) {
            (0, _) => "today".to_owned(),
            (earlier, 0) => format!("between {} ago and today", counted(*earlier, "day", "days")),
            (earlier, later) if earlier == later => format!("{} ago", counted(*later, "day", "days")),
            (earlier, later) => format!("between {earlier} and {} ago", counted(*later, "day", "days")),
        },
    };
    format!(" {window}")
}

/// What the transactions must be, to stand between the figure and its verb; several parts are set apart by commas.
pub(super) fn matching(filter: Option<&TransactionsMatch>) -> String {
    let Some(TransactionsMatch { channels, locations, skus, brands, categories, labels, amount }) = filter else {
        return String::new();
    };
    let lists = [
        ("in channel", channels),
        ("at location", locations),
        ("of product", skus),
        ("of brand", brands),
        ("of category", categories),
    ];
    let list =
        |(word, texts): (&str, &Option<Vec<String>>)| Some(format!("{word} {}", any_of(&each(texts.as_ref()?, value))));
    let mut parts: Vec<String> = lists.into_iter().filter_map(list).collect();
    parts.extend(amount.as_ref().map(|amount| format!("with an amount of {}", bounds(amount).join(" and "))));
    parts.extend(labels.as_ref().map(|labels| any_of(&labels.iter().map(labelled).collect::<Vec<_>>())));
    match parts.as_slice() {
        [] => String::new(),
        [only] => format!(" {only}"),
        _ => format!(" {},", parts.join(", ")),
    }
}

fn labelled(LabelMatch { key, value: wanted }: &LabelMatch) -> String {
    let Some(TextMatch { eq, within, contains, starts_with }) = wanted else {
        return format!("labelled {}", value(key));
    };
    let parts = [
        eq.as_deref().map(value),
        within.as_ref().map(|texts| any_of(&each(texts, value))),
        contains.as_deref().map(|text| format!("containing {}", value(text))),
        starts_with.as_deref().map(|text| format!("starting with {}", value(text))),
    ];
    format!("labelled {} {}", value(key), parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
}

fn each(texts: &[String], shown: fn(&str) -> String) -> Vec<String> {
    texts.iter().map(|text| shown(text)).collect()
}
