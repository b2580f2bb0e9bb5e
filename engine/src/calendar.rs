//! Days: local days of the programme, as half-open spans of instants.
//!
//! An instant is a number of milliseconds since 1970-01-01T00:00:00Z.

use std::ops::RangeInclusive;

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone,
};
use chrono_tz::Tz;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// The first and last day whose instants are accepted anywhere: outside, local days cannot be told reliably.
pub const FIRST_DAY: NaiveDate = constant_day(1900, 1, 1);
/// See [`FIRST_DAY`].
pub const LAST_DAY: NaiveDate = constant_day(2199, 12, 31);

const fn constant_day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// A half-open span of instants: `from` belongs to it, `until` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Millis,
    /// The first instant after it.
    pub until: Millis,
}

impl Span {
    /// Whether the instant lies in the span.
    pub fn contains(&self, at: Millis) -> bool {
        self.from <= at && at < self.until
    }

    /// The parts of this span that the other does not cover; at most two, none of them empty.
    pub fn without(&self, other: &Span) -> Vec<Span> {
        let before = Span { from: self.from, until: self.until.min(other.from) };
        let after = Span { from: self.from.max(other.until), until: self.until };
        let apart = other.until <= self.from || self.until <= other.from;
        let parts = if apart { vec![*self] } else { vec![before, after] };
        parts.into_iter().filter(|part| part.from < part.until).collect()
    }
}

/// The programme's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// The zone of an IANA name such as Europe/Warsaw.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The first instant of a local day: its midnight, the earlier one where it is doubled, the end of the gap where it is
    /// missing.
    pub fn start_of(&self, day: NaiveDate) -> Millis {
        let midnight = day.and_time(NaiveTime::MIN);
        match self.0.from_local_datetime(&midnight) {
            LocalResult::Single(at) => at.timestamp_millis(),
            LocalResult::Ambiguous(first, second) => first.timestamp_millis().min(second.timestamp_millis()),
            LocalResult::None => self.end_of_gap(midnight),
        }
    }

    /// The local day of an instant, such that `start_of(day) ≤ at < start_of(day + 1)`.
    pub fn day_of(&self, at: Millis) -> NaiveDate {
        let day = self.local(at).date();
        if at >= self.start_of(next(day)) {
            next(day)
        } else if at < self.start_of(day) {
            day.checked_sub_days(Days::new(1)).unwrap_or(day)
        } else {
            day
        }
    }

    /// The instant of a local time without an offset: a missing hour moves forward, a doubled one is the first.
    pub fn instant_of(&self, local: NaiveDateTime) -> Millis {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(at) => at.timestamp_millis(),
            LocalResult::Ambiguous(first, second) => first.timestamp_millis().min(second.timestamp_millis()),
            LocalResult::None => {
                let gap_end = self.end_of_gap(local);
                let before = utc(gap_end - 1);
                let offset = self.0.offset_from_utc_datetime(&before).fix().local_minus_utc();
                local.and_utc().timestamp_millis() - i64::from(offset) * 1000
            }
        }
    }

    /// The span of the days from `first` to `last`, both included.
    pub fn span(&self, first: NaiveDate, last: NaiveDate) -> Span {
        Span { from: self.start_of(first), until: self.start_of(next(last)) }
    }

    /// The span of the [`last_12_months`].
    pub fn last_12_months(&self, today: NaiveDate) -> Span {
        let days = last_12_months(today);
        self.span(*days.start(), *days.end())
    }

    fn local(&self, at: Millis) -> NaiveDateTime {
        self.0.from_utc_datetime(&utc(at)).naive_local()
    }

    /// The instant at which the clock jumps over a local time that does not exist.
    fn end_of_gap(&self, missing: NaiveDateTime) -> Millis {
        let guess = missing.and_utc().timestamp_millis();
        let (mut before, mut after) = (guess - GAP_SEARCH, guess + GAP_SEARCH);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.local(middle) >= missing { after = middle } else { before = middle }
        }
        after
    }
}

/// No zone is further than this from UTC, whole skipped days included.
const GAP_SEARCH: i64 = 40 * 3600 * 1000;

/// The days of the last 12 months: days d with today − 12 months < d ≤ today, month ends clamped.
pub fn last_12_months(today: NaiveDate) -> RangeInclusive<NaiveDate> {
    let before = today.checked_sub_months(Months::new(12)).unwrap_or(today);
    next(before)..=today
}

/// A day as the number of days since 1970-01-01.
pub fn day_number(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - EPOCH
}

/// The day of a number of days since 1970-01-01; the ends of chrono's calendar outside it.
pub fn numbered_day(number: i32) -> NaiveDate {
    let ends = if number < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    number.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(ends)
}

/// The number that chrono gives to 1970-01-01.
const EPOCH: i32 = 719_163;

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

fn utc(at: Millis) -> NaiveDateTime {
    DateTime::from_timestamp_millis(at).unwrap_or_default().naive_utc()
}

/// The date and time of an instant in UTC; the ends of chrono's time outside its range.
pub fn utc_datetime(at: Millis) -> DateTime<chrono::Utc> {
    let ends = if at < 0 { DateTime::<chrono::Utc>::MIN_UTC } else { DateTime::<chrono::Utc>::MAX_UTC };
    DateTime::from_timestamp_millis(at).unwrap_or(ends)
}

/// How far ahead of now a document may be dated.
pub const AHEAD: TimeDelta = TimeDelta::days(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::from_name(name).unwrap()
    }

    #[test]
    fn clock_change_days_have_23_and_25_hours() {
        let warsaw = zone("Europe/Warsaw");
        let hours = |text: &str| {
            let span = warsaw.span(day(text), day(text));
            (span.until - span.from) / 3_600_000
        };
        assert_eq!(hours("2026-03-29"), 23);
        assert_eq!(hours("2026-10-25"), 25);
        assert_eq!(hours("2026-03-30"), 24);
    }

    #[test]
    fn a_missing_time_moves_forward_and_a_doubled_one_is_the_first() {
        let warsaw = zone("Europe/Warsaw");
        let at = |text: &str| utc_datetime(warsaw.instant_of(text.parse().unwrap())).to_rfc3339();
        assert_eq!(at("2026-03-29T02:30:00"), "2026-03-29T01:30:00+00:00");
        assert_eq!(at("2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn every_instant_lies_in_its_day_in_odd_zones_too() {
        // Midnight is missing in São Paulo, a whole day is missing in Apia, offsets are odd in Kathmandu and Lord Howe.
        for (name, around) in [
            ("America/Sao_Paulo", "2017-10-15"),
            ("Pacific/Apia", "2011-12-30"),
            ("Asia/Kathmandu", "2026-02-28"),
            ("Australia/Lord_Howe", "2026-04-05"),
            ("America/Havana", "2026-11-01"),
            ("Africa/Cairo", "2026-10-29"),
            ("America/Toronto", "1919-03-30"),
        ] {
            let zone = zone(name);
            let middle = zone.start_of(day(around));
            for step in -300..300 {
                let at = middle + step * 613_000;
                let local = zone.day_of(at);
                assert!(zone.span(local, local).contains(at), "{name} {at} {local}");
            }
        }
    }

    #[test]
    fn twelve_months_clamp_at_month_ends() {
        let utc = zone("UTC");
        assert_eq!(utc.last_12_months(day("2024-02-29")), utc.span(day("2023-03-01"), day("2024-02-29")));
        assert_eq!(utc.last_12_months(day("2025-02-28")), utc.span(day("2024-02-29"), day("2025-02-28")));
        assert_eq!(utc.last_12_months(day("2026-06-30")), utc.span(day("2025-07-01"), day("2026-06-30")));
    }

    #[test]
    fn a_span_without_another_is_what_is_left() {
        let span = |from, until| Span { from, until };
        assert_eq!(span(0, 10).without(&span(3, 5)), vec![span(0, 3), span(5, 10)]);
        assert_eq!(span(0, 10).without(&span(0, 10)), vec![]);
        assert_eq!(span(0, 10).without(&span(20, 30)), vec![span(0, 10)]);
        assert_eq!(span(0, 10).without(&span(-5, 4)), vec![span(4, 10)]);
    }
}
