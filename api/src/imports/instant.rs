//! Times as files write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use engine::calendar::{Millis, Zone};

/// The instant of a text such as `2026-01-31T15:04:05.250+01:00`, `2026-01-31 15:04` or `2026-01-31`.
///
/// Without an offset it is local to the programme, and a bare date is the beginning of its day. Anything finer than a
/// millisecond is cut off.
pub(super) fn instant(text: &str, zone: Zone) -> Option<Millis> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = date(day)?;
    if rest.is_empty() {
        return Some(zone.start_of(day));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(place) => (rest.get(..place)?.trim_end(), Some(offset(rest.get(place..)?)?)),
        None => (rest, None),
    };
    let local = NaiveDateTime::new(day, clock(time)?);
    Some(match offset {
        Some(seconds) => local.and_utc().timestamp_millis() - seconds * 1000,
        None => zone.instant_of(local),
    })
}

/// The day of a text such as `2026-01-31`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(digits(text.get(..4)?)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(text.get(5..7)?)?, digits(text.get(8..)?)?)
}

/// The time of a text such as `15:04`, `15:04:05` or `15:04:05.250`.
fn clock(text: &str) -> Option<NaiveTime> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let second = match parts.next() {
        Some(second) => two_digits(second)?,
        None if fraction.is_some() => return None,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    let milli = match fraction {
        Some(fraction) if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Some(fraction) => digits(format!("{fraction:0<3}").get(..3)?)?,
        None => 0,
    };
    NaiveTime::from_hms_milli_opt(hour, minute, second, milli)
}

/// The seconds of an offset such as `Z`, `+01:00`, `-0530` or `+01`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let text = text.get(1..)?;
    let (hours, minutes) = match text.len() {
        2 => (text, "00"),
        4 => text.split_at(2),
        5 => text.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 3600 + minutes * 60))
}

fn two_digits(text: &str) -> Option<u32> {
    if text.len() == 2 { digits(text) } else { None }
}

fn digits(text: &str) -> Option<u32> {
    // Parsing alone would take a sign too.
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::calendar::utc_datetime;

    fn shown(text: &str, zone: &str) -> Option<String> {
        let zone = Zone::from_name(zone).unwrap();
        instant(text, zone).map(|at| utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }

    #[test]
    fn takes_the_ways_in_which_files_write_a_time() {
        for (text, expected) in [
            ("2010-12-01T08:26:00Z", "2010-12-01T08:26:00.000Z"),
            ("2010-12-01t08:26:00z", "2010-12-01T08:26:00.000Z"),
            ("2010-12-01T08:26:00.1+01:00", "2010-12-01T07:26:00.100Z"),
            ("2010-12-01 08:26:00.123456-0530", "2010-12-01T13:56:00.123Z"),
            ("2010-12-01 08:26 +01", "2010-12-01T07:26:00.000Z"),
            ("2010-12-01T08:26:00", "2010-12-01T07:26:00.000Z"),
            ("2010-12-01 08:26", "2010-12-01T07:26:00.000Z"),
            ("2010-12-01", "2010-11-30T23:00:00.000Z"),
            // The hour is missing, and moves forward; the hour is doubled, and is the first.
            ("2026-03-29T02:30", "2026-03-29T01:30:00.000Z"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
        ] {
            assert_eq!(shown(text, "Europe/Warsaw").as_deref(), Some(expected), "{text}");
        }
        assert_eq!(shown("2017-10-15", "America/Sao_Paulo").as_deref(), Some("2017-10-15T03:00:00.000Z"));
    }

    #[test]
    fn takes_nothing_else() {
        for text in [
            "",
            "2010",
            "01.12.2010",
            "12/1/2010 8:26",
            "2010-13-01",
            "2010-02-29",
            "2010-12-01T",
            "2010-12-01T8:26",
            "2010-12-01T24:00",
            "2010-12-01T08:26:60",
            "2010-12-01T08:26:00.",
            "2010-12-01T08:26.5",
            "2010-12-01T08:26:00+25:00",
            "2010-12-01T08:26:00 Europe/Warsaw",
            "2010-12-01T08:26:00:00",
            "2010-12-+1",
            "20é0-12-01",
            "2010-12-0é",
        ] {
            assert_eq!(shown(text, "UTC"), None, "{text}");
        }
    }
}
