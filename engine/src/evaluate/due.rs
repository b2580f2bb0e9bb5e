//! From when on an outcome may be different by the passing of time alone.

use chrono::{Datelike, NaiveDate};

use super::days::{Moment, later, yearly};
use super::interval::Interval;
use super::test::{AttributeSet, Test, attribute_of, date};
use crate::calendar::{LAST_DAY, numbered_day};
use crate::facts::{AttributeValue, Day, Facts, NO_DAY};
use crate::rules::{AttributeTest, DayBounds, PointsMeasure, Profile, Rule, TransactionsMeasure, Window, YearlyFact};

/// The days after today on which what a clause finds for a member may be different, rising. Between two of them its
/// outcome is the same.
pub(super) fn turns(clause: &Rule<i64>, test: &Test, facts: &Facts, row: usize, moment: &Moment) -> Vec<NaiveDate> {
    let (birth, enrolled) = (facts.profiles.birth[row], facts.profiles.enrolled[row]);
    let mut days = match clause {
        Rule::Profile(Profile::Age(_)) => date(birth).map(|birth| years(birth, moment, 150)).unwrap_or_default(),
        Rule::Profile(Profile::WithinDays(fact, within)) => {
            let day = if *fact == YearlyFact::Birthday { birth } else { enrolled };
            date(day).map(|day| coming(day, *within, moment)).unwrap_or_default()
        }
        Rule::Profile(Profile::EnrolledOn(bounds)) => passing(enrolled, bounds),
        Rule::Profile(Profile::Attribute(attribute)) => match (&attribute.test, test) {
            (AttributeTest::Date(bounds), Test::Attribute(name, AttributeSet::Days(_))) => {
                match attribute_of(facts, row, *name) {
                    Some(AttributeValue::Text(_, day)) => passing(day, bounds),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        },
        Rule::Transactions(condition) => {
            let documents = &facts.transactions.days[facts.transactions_of(row)];
            let since =
                matches!(condition.measure, TransactionsMeasure::DaysSinceLast | TransactionsMeasure::DaysSinceFirst);
            entries(documents, condition.within.as_ref(), since.then(|| interval(test)))
        }
        Rule::Points(condition) => {
            let entered = &facts.points.days[facts.points_of(row)];
            let since = condition.measure == PointsMeasure::DaysSinceLastActivity;
            entries(entered, condition.within.as_ref(), since.then(|| interval(test)))
        }
        _ => Vec::new(),
    };
    days.retain(|day| *day > moment.today && *day <= LAST_DAY);
    days.sort_unstable();
    days.dedup();
    days
}

fn interval(test: &Test) -> Interval {
    if let Test::Number { interval, .. } = test { *interval } else { Interval::EVERYTHING }
}

/// The days on which an entry comes into a window or leaves it, and on which the days since it pass a bound.
fn entries(days: &[Day], window: Option<&Window>, since: Option<Interval>) -> Vec<NaiveDate> {
    let mut distinct = days.to_vec();
    distinct.dedup();
    let mut turns = Vec::new();
    for day in distinct {
        let entry = numbered_day(day);
        match window {
            None => {}
            Some(Window::LastDays(days)) => turns.extend([entry, later(entry, *days)]),
            Some(Window::DaysAgo { from, to }) => {
                turns.extend([later(entry, *from.min(to)), later(entry, from.max(to) + 1)]);
            }
            Some(Window::Between(bounds)) => turns.extend(passing(day, bounds)),
        }
        if let Some(Interval { least, most }) = since {
            let bounds = [least, most.saturating_add(1)].into_iter().filter(|bound| (0..=110_000).contains(bound));
            turns.extend(bounds.map(|bound| later(entry, bound)));
        }
    }
    turns
}

/// The days on which a day comes among the last days and is no longer one of them.
fn passing(day: Day, bounds: &DayBounds) -> Vec<NaiveDate> {
    match bounds.last_days {
        Some(days) if day != NO_DAY => vec![numbered_day(day), later(numbered_day(day), days)],
        _ => Vec::new(),
    }
}

/// The days of some years to come that belong to a date.
fn years(date: NaiveDate, moment: &Moment, years: i32) -> Vec<NaiveDate> {
    let from = moment.today.year();
    (from..=from + years).map(|year| yearly(date, year)).collect()
}

/// The days on which a day of the year comes near enough, and on which it is over. A leap year comes within eight.
fn coming(date: NaiveDate, within: i64, moment: &Moment) -> Vec<NaiveDate> {
    let near = |day: NaiveDate| day.checked_sub_days(chrono::Days::new(within.unsigned_abs())).unwrap_or(day);
    years(date, moment, 10).into_iter().flat_map(|day| [near(day), later(day, 1)]).collect()
}
