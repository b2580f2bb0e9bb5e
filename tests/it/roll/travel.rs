//! The programme's day moves forwards, backwards, by years and over leap days; each time the figures are those of a model.

use chrono::{NaiveDate, TimeDelta};
use rand::Rng;
use rand::seq::SliceRandom;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use tests::{Database, Random, TestApp, random};

use super::{day, ends, reopened, run, within_12_months};
use crate::calls::{RECORD, figures, make, members, metrics, money, segment};

const LAST: &str = "2026-12-31";
/// Leap days, what lies around them, days on which clocks change, ends of months, steps of a day, of years, and back.
const DAYS: [&str; 17] = [
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
    "2024-02-29",
    "2025-02-28",
    "2025-03-01",
    "2023-02-28",
    "2023-03-01",
    "2024-03-31",
    "2024-04-01",
    "2024-10-27",
    "2024-10-28",
    "2021-06-30",
    "2026-12-31",
    "2022-12-31",
    "2016-02-29",
    "2024-02-29",
];

/// A document of one of the members, on a day that is known without a calendar.
struct Move {
    member: usize,
    day: NaiveDate,
    at: String,
    net: i64,
}

#[test]
fn the_figures_follow_the_day_on_sqlite() {
    run(Database::Sqlite, LAST, travel);
}

#[test]
fn the_figures_follow_the_day_on_postgres() {
    run(Database::Postgres, LAST, travel);
}

async fn travel(first: std::sync::Arc<TestApp>) {
    let mut random = random("roll");
    members(&first, &["m0", "m1", "m2"]).await;
    segment(&first, "all", &["m0", "m1", "m2"]).await;
    segment(&first, "one", &["m1"]).await;
    let moves = moves(&mut random);
    let row = |(place, one): (usize, &Move)| {
        json!({"document": place.to_string(), "kind": if one.net < 0 { "RETURN" } else { "SALE" },
        "member": {"number": format!("m{}", one.member)}, "amount": money(one.net.abs()), "at": one.at})
    };
    make(&first, RECORD, moves.iter().enumerate().map(row).collect()).await;
    compare(&first, day(LAST), &moves).await;
    let strolls = (0..4).map(|_| day("2020-01-01") + TimeDelta::days(random.random_range(0..2_500)));
    let days: Vec<NaiveDate> = DAYS.into_iter().map(day).chain(strolls).collect();
    for today in days {
        let app = reopened(&first, today).await;
        compare(&app, today, &moves).await;
        app.verify().await;
        app.stop().await;
    }
}

/// Documents at both ends of every day that is on the edge of some window, and in the middle of others.
fn moves(random: &mut Random) -> Vec<Move> {
    let mut days: Vec<NaiveDate> = Vec::new();
    for today in DAYS.into_iter().map(day).chain([day(LAST)]) {
        for years in [0, 365, 366] {
            days.extend((-2..=2).map(|step| today - TimeDelta::days(years + step)));
        }
    }
    days.retain(|on| *on <= day(LAST));
    days.shuffle(random);
    let mut moves = Vec::new();
    for on in days {
        for at in ends(on) {
            let net = random.random_range(-300_000..1_000_000);
            moves.push(Move { member: random.random_range(0..3), day: on, at, net });
        }
    }
    moves
}

/// Members and segments, as the API shows them, against what the moves of the 12 months come to.
async fn compare(app: &TestApp, today: NaiveDate, moves: &[Move]) {
    let sum = |member: usize| -> i64 {
        let within = moves.iter().filter(|one| one.member == member && within_12_months(one.day, today));
        within.map(|one| one.net).sum()
    };
    for member in 0..3 {
        let found = metrics(app, &format!("m{member}")).await;
        assert_eq!(found["spendingLast12Months"], money(sum(member)), "m{member} on {today}");
        let all: i64 = moves.iter().filter(|one| one.member == member).map(|one| one.net).sum();
        assert_eq!(found["spending"], money(all), "m{member} on {today}");
    }
    let average = Decimal::new(sum(0) + sum(1) + sum(2), 2) / Decimal::from(3);
    let mut average = average.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    average.rescale(2);
    let expected = if average.is_zero() { money(0) } else { average.to_string() };
    let found = figures(app, "all").await;
    assert_eq!(found["averageSpending"], expected, "all on {today}");
    assert_eq!(figures(app, "one").await["averageSpending"], money(sum(1)), "one on {today}");
    let program = app.graphql("{ program { today } }", json!({})).await;
    assert_eq!(program["program"]["today"], Value::String(today.to_string()));
}
