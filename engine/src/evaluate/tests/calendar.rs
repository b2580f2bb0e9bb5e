//! Days on which windows, ages and anniversaries are easily one off.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::member::{Document, Member};
use super::{day, facts};
use crate::calendar::Zone;
use crate::evaluate::{Known, Moment, Observed, age, explain, next_yearly};
use crate::facts::Dictionary;
use crate::ledger::{Direction, PointsMove};
use crate::rules::{Rule, SegmentName, YearlyFact, parse};

/// Whether a rule holds for a member on a day, what was found, and when that may turn.
fn seen(rule: &Value, member: &Member, today: &str) -> (bool, Option<Observed>, Option<NaiveDate>) {
    let rule: Rule<i64> =
        parse(rule).unwrap().try_map(&mut |_: &SegmentName| Err(()), &mut |_: &String| Err(())).unwrap();
    let mut dictionary = Dictionary::default();
    let facts = facts(std::slice::from_ref(member), &mut dictionary);
    let moment = Moment { today: day(today), digits: 2, gross_margin: Decimal::ONE };
    let outcomes = explain(&rule, &facts, 0, &Known::default(), &moment, &dictionary);
    (outcomes[0].holds, outcomes[0].observed.clone(), outcomes[0].due)
}

fn holds(rule: &Value, member: &Member, today: &str) -> bool {
    seen(rule, member, today).0
}

fn due(rule: &Value, member: &Member, today: &str) -> Option<String> {
    seen(rule, member, today).2.map(|day| day.to_string())
}

fn buyer(days: &[NaiveDate]) -> Member {
    let sale = |day: &NaiveDate| Document {
        id: 1,
        day: *day,
        direction: Direction::Sale,
        amount: 1000,
        returned: Vec::new(),
        channel: None,
        location: None,
        labels: Vec::new(),
        lines: Vec::new(),
    };
    Member { id: 1, documents: days.iter().map(sale).collect(), ..Member::default() }
}

fn count(within: Value, least: i64) -> Value {
    json!({"transactions": {"measure": "COUNT", "within": within, "is": {"gte": least}}})
}

#[test]
fn an_entry_at_local_midnight_belongs_to_the_new_day() {
    // Both days on which clocks change, a midnight that is missing, and odd offsets.
    for (name, local) in [
        ("Europe/Warsaw", "2026-03-29"),
        ("Europe/Warsaw", "2026-03-30"),
        ("Europe/Warsaw", "2026-10-25"),
        ("Europe/Warsaw", "2026-10-26"),
        ("Africa/Cairo", "2026-04-24"),
        ("Asia/Kathmandu", "2026-02-28"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Pacific/Apia", "2011-12-31"),
    ] {
        let zone = Zone::from_name(name).unwrap();
        let midnight = zone.start_of(day(local));
        let [before, at] = [midnight - 1, midnight].map(|instant| buyer(&[zone.day_of(instant)]));
        let today = count(json!({"lastDays": 1}), 1);
        assert!(holds(&today, &at, local), "{name} {local}: midnight is the new day");
        assert!(!holds(&today, &before, local), "{name} {local}: the instant before is the old one");
    }
}

#[test]
fn windows_of_days_include_today_and_both_ends() {
    let bought = buyer(&[day("2026-06-10")]);
    let days = |within: Value, first: &str, last: &str| {
        let (rule, before, after) = (count(within, 1), day(first) - Days::new(1), day(last) + Days::new(1));
        let inside = [first, last].map(|today| holds(&rule, &bought, today));
        let outside = [before, after].map(|today| holds(&rule, &bought, &today.to_string()));
        assert_eq!((inside, outside), ([true; 2], [false; 2]), "{rule}");
        assert_eq!(due(&rule, &bought, first), Some(after.to_string()), "{rule}");
    };
    days(json!({"lastDays": 1}), "2026-06-10", "2026-06-10");
    days(json!({"lastDays": 7}), "2026-06-10", "2026-06-16");
    days(json!({"daysAgo": {"from": 3, "to": 5}}), "2026-06-13", "2026-06-15");
    days(json!({"daysAgo": {"from": 5, "to": 3}}), "2026-06-13", "2026-06-15");
    days(json!({"between": {"from": "2026-06-10", "lastDays": 30}}), "2026-06-10", "2026-07-09");
    let fixed = count(json!({"between": {"from": "2026-06-10", "to": "2026-06-10"}}), 1);
    assert!(seen(&fixed, &bought, "2030-01-01").0);
    assert_eq!(due(&fixed, &bought, "2030-01-01"), None);
}

#[test]
fn a_window_over_29_february_is_a_day_further_in_leap_years() {
    let first = |year: i32| buyer(&[NaiveDate::from_ymd_opt(year, 2, 28).unwrap()]);
    let two_days = count(json!({"lastDays": 2}), 1);
    assert!(holds(&two_days, &first(2025), "2025-03-01"));
    assert!(!holds(&two_days, &first(2024), "2024-03-01"));
    assert!(holds(&two_days, &first(2024), "2024-02-29"));
    let year = count(json!({"lastDays": 366}), 1);
    assert!(holds(&year, &buyer(&[day("2023-03-01")]), "2024-02-29"));
    assert!(!holds(&year, &buyer(&[day("2023-03-01")]), "2024-03-01"));
}

#[test]
fn days_since_count_days_and_not_hours() {
    let rule = |number: i64| json!({"transactions": {"measure": "DAYS_SINCE_LAST", "is": {"eq": number}}});
    for (bought, today, days) in [
        ("2026-03-28", "2026-03-29", 1),
        ("2026-03-28", "2026-03-30", 2),
        ("2026-10-24", "2026-10-26", 2),
        ("2024-02-28", "2024-03-01", 2),
        ("2025-02-28", "2025-03-01", 1),
        ("2025-12-31", "2026-01-01", 1),
        ("2026-03-29", "2026-03-29", 0),
        ("2026-03-30", "2026-03-29", 0),
    ] {
        let member = buyer(&[day(bought)]);
        assert!(holds(&rule(days), &member, today), "{bought} is {days} days before {today}");
        assert_ne!(due(&rule(days), &member, today), None);
        let entries = vec![(day(bought), PointsMove::Earned, 5)];
        let points = json!({"points": {"measure": "DAYS_SINCE_LAST_ACTIVITY", "is": {"eq": days}}});
        assert!(holds(&points, &Member { entries, ..Member::default() }, today));
    }
    assert_eq!(due(&rule(10), &buyer(&[day("2026-03-28")]), "2026-03-29").as_deref(), Some("2026-04-07"));
    let nobody = buyer(&[]);
    assert_eq!(seen(&rule(0), &nobody, "2026-03-29"), (false, None, None));
}

#[test]
fn who_was_born_on_29_february_has_a_birthday_every_year() {
    for (today, years) in [
        ("2000-02-29", 0),
        ("2001-02-27", 0),
        ("2001-02-28", 1),
        ("2001-03-01", 1),
        ("2004-02-28", 3),
        ("2004-02-29", 4),
        ("2100-02-27", 99),
        ("2100-02-28", 100),
        ("1999-12-31", -1),
    ] {
        assert_eq!(age(day("2000-02-29"), day(today)), years, "{today}");
    }
    let leap = Member { birth: Some(day("2000-02-29")), ..Member::default() };
    let adult = json!({"profile": {"age": {"gte": 18}}});
    assert!(!holds(&adult, &leap, "2018-02-27") && holds(&adult, &leap, "2018-02-28"));
    assert_eq!(due(&adult, &leap, "2018-01-01").as_deref(), Some("2018-02-28"));
    assert_eq!(due(&adult, &leap, "2018-02-28"), None);
    let today = json!({"profile": {"birthdayWithinDays": 0}});
    for (date, is_birthday) in [
        ("2025-02-28", true),
        ("2025-03-01", false),
        ("2024-02-28", false),
        ("2024-02-29", true),
        ("2024-03-01", false),
    ] {
        assert_eq!(holds(&today, &leap, date), is_birthday, "{date}");
    }
    let common = Member { birth: Some(day("2001-02-28")), ..Member::default() };
    assert!(holds(&today, &common, "2024-02-28") && !holds(&today, &common, "2024-02-29"));
}

#[test]
fn a_birthday_comes_near_over_the_end_of_the_year() {
    let january = Member { birth: Some(day("1990-01-03")), ..Member::default() };
    let within = |days: i64| json!({"profile": {"birthdayWithinDays": days}});
    assert!(holds(&within(7), &january, "2025-12-27") && !holds(&within(7), &january, "2025-12-26"));
    assert_eq!(due(&within(7), &january, "2025-12-26").as_deref(), Some("2025-12-27"));
    assert_eq!(due(&within(7), &january, "2025-12-27").as_deref(), Some("2026-01-04"));
    assert_eq!(due(&within(7), &january, "2026-01-04").as_deref(), Some("2026-12-27"));
    // 365 days reach every birthday, but for the day after one with 29 February before the next.
    assert!(holds(&within(365), &january, "2028-01-04"));
    assert!(!holds(&within(364), &january, "2028-01-04") && holds(&within(364), &january, "2027-01-04"));
    assert_eq!(due(&within(364), &january, "2025-01-04").as_deref(), Some("2028-01-04"));
    // No 29 February in 2100.
    assert_eq!(due(&within(364), &january, "2097-01-04").as_deref(), Some("2104-01-04"));
    assert_eq!(due(&within(365), &january, "2025-01-04"), None);
}

#[test]
fn an_anniversary_is_a_year_after_the_enrolment_at_the_earliest() {
    let member = Member { enrolled: Some(day("2026-06-10")), ..Member::default() };
    let within = |days: i64| json!({"profile": {"enrolmentAnniversaryWithinDays": days}});
    assert!(!holds(&within(0), &member, "2026-06-10") && holds(&within(0), &member, "2027-06-10"));
    assert!(!holds(&within(364), &member, "2026-06-10") && holds(&within(365), &member, "2026-06-10"));
    assert_eq!(due(&within(0), &member, "2026-06-10").as_deref(), Some("2027-06-10"));
    let tomorrow = Member { enrolled: Some(day("2026-06-11")), ..Member::default() };
    assert!(!holds(&within(365), &tomorrow, "2026-06-10"));
    assert_eq!(due(&within(365), &tomorrow, "2026-06-10").as_deref(), Some("2026-06-11"));
    let leap = |today| next_yearly(YearlyFact::EnrolmentAnniversary, day("2024-02-29"), day(today)).to_string();
    assert_eq!(leap("2024-02-29"), "2025-02-28");
    assert_eq!(leap("2025-03-01"), "2026-02-28");
    assert_eq!(leap("2027-03-01"), "2028-02-29");
    assert_eq!(seen(&within(366), &Member::default(), "2026-06-10"), (false, None, None));
}
