//! When people buy: seasons, weekdays, holidays, hours, and the weeks of a promotion.

use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use rand::Rng;

use super::chance::{Chance, place};

/// Where people buy; shops keep hours, the web does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Web,
    Store,
}

/// Some days on which many buy cheaper.
#[derive(Clone, Debug)]
pub(super) struct Promotion {
    pub(super) name: String,
    pub(super) percent: i64,
    /// The part of its days' sales that use it.
    pub(super) share: f64,
    days: Range<usize>,
}

/// The two years of the demo, day by day. A day is named by its place in them.
pub(super) struct Rhythm {
    dates: Vec<NaiveDate>,
    /// How much is bought on the web before each day, in days of average business.
    web: Vec<f64>,
    /// The same for shops.
    store: Vec<f64>,
    promotions: Vec<Promotion>,
}

/// Until this hour of the last day there are sales. The data end today and are the same whatever the time of day they
/// are made at, and hardly anyone makes them so early that these lie ahead.
pub(super) const LAST_HOUR: u32 = 6;

const MONTHS: [f64; 12] = [0.82, 0.80, 0.95, 1.0, 1.0, 0.98, 0.92, 0.88, 0.98, 1.02, 1.2, 1.4];
/// From Monday on.
const WEB_WEEK: [f64; 7] = [1.1, 1.02, 1.0, 0.98, 0.9, 0.88, 1.15];
const STORE_WEEK: [f64; 7] = [0.85, 0.85, 0.9, 0.95, 1.2, 1.6, 0.0];
/// Weights of the hours from 0 on.
const WEB_HOURS: [u32; 24] = [3, 2, 1, 1, 1, 2, 4, 8, 11, 13, 14, 14, 15, 14, 13, 13, 14, 15, 18, 22, 26, 26, 18, 9];
const STORE_HOURS: [u32; 24] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 10, 13, 15, 12, 10, 11, 14, 18, 15, 8, 0, 0, 0, 0];

impl Rhythm {
    /// The two years that end on a day, that day included.
    pub(super) fn new(until: NaiveDate) -> Self {
        let before = until.checked_sub_months(Months::new(24)).unwrap_or(until);
        let dates: Vec<NaiveDate> = before.iter_days().skip(1).take_while(|day| *day <= until).collect();
        let promotions = promotions(&dates);
        let up = |date: &NaiveDate| {
            let running = promotions.iter().any(|one| place(&dates, date).is_some_and(|day| one.days.contains(&day)));
            if running { 1.25 } else { 1.0 }
        };
        let weights = |way: Way| dates.iter().map(|date| weight(way, *date) * up(date)).collect::<Vec<f64>>();
        let (mut web, store) = (weights(Way::Web), weights(Way::Store));
        if let Some(last) = web.last_mut() {
            *last *= 0.06;
        }
        let store: Vec<f64> =
            store.iter().enumerate().map(|(day, one)| if day + 1 < web.len() { *one } else { 0.0 }).collect();
        Self { web: cumulated(&web), store: cumulated(&store), dates, promotions }
    }

    /// How many days there are.
    pub(super) fn days(&self) -> usize {
        self.dates.len()
    }

    /// The date of a day.
    pub(super) fn date(&self, day: usize) -> NaiveDate {
        self.dates[day.min(self.dates.len() - 1)]
    }

    /// How much business some days hold, in average days.
    pub(super) fn business(&self, way: Way, days: Range<usize>) -> f64 {
        let sums = self.sums(way);
        if days.start >= days.end { 0.0 } else { sums[days.end.min(sums.len() - 1)] - sums[days.start] }
    }

    /// One of some days, the busier the likelier; none where there is no business at all.
    pub(super) fn pick(&self, way: Way, days: Range<usize>, chance: &mut Chance) -> Option<usize> {
        let business = self.business(way, days.clone());
        if business <= 0.0 {
            return None;
        }
        let sums = self.sums(way);
        let at = sums[days.start] + chance.random::<f64>() * business;
        Some((sums.partition_point(|sum| *sum <= at) - 1).clamp(days.start, days.end - 1))
    }

    /// A time of a day, in the hours of its way.
    pub(super) fn time(&self, way: Way, day: usize, chance: &mut Chance) -> NaiveDateTime {
        let hours = if way == Way::Web { &WEB_HOURS } else { &STORE_HOURS };
        let last = day + 1 >= self.days();
        let hour = if last { chance.random_range(0..LAST_HOUR) } else { chance.weighted_u32(hours) };
        let (minute, second) = (chance.random_range(0..60), chance.random_range(0..60));
        self.date(day).and_time(NaiveTime::from_hms_opt(hour, minute, second).unwrap_or_default())
    }

    /// What is cheaper on a day.
    pub(super) fn promotion(&self, day: usize) -> Option<&Promotion> {
        self.promotions.iter().find(|one| one.days.contains(&day))
    }

    /// The name of the latest promotion of a kind.
    pub(super) fn latest_promotion(&self, kind: &str) -> Option<String> {
        self.promotions.iter().rev().find(|one| one.name.starts_with(kind)).map(|one| one.name.clone())
    }

    fn sums(&self, way: Way) -> &[f64] {
        if way == Way::Web { &self.web } else { &self.store }
    }
}

fn cumulated(weights: &[f64]) -> Vec<f64> {
    let mean = weights.iter().sum::<f64>() / f64::from(u32::try_from(weights.len()).unwrap_or(1).max(1));
    let mut sum = 0.0;
    let sums = weights.iter().map(|weight| {
        sum += weight / mean;
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

fn weight(way: Way, date: NaiveDate) -> f64 {
    let month = MONTHS.get(usize::try_from(date.month0()).unwrap_or(0)).copied().unwrap_or(1.0);
    let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    let week = if way == Way::Web { WEB_WEEK } else { STORE_WEEK };
    let special = match (date.month(), date.day(), way) {
        (12, 25..=26, Way::Store) | (1, 1, Way::Store) | (5, 1, Way::Store) => 0.0,
        (12, 25, Way::Web) => 0.4,
        (12, 24, _) => 0.6,
        (12, 10..=23, _) => 1.25,
        _ if date == black_friday(date.year()) => 2.2,
        _ => 1.0,
    };
    month * week[weekday] * special
}

/// The day after the fourth Thursday of November.
fn black_friday(year: i32) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Thu, 4).unwrap_or_default() + Days::new(1)
}

/// The promotions that begin within the dates.
fn promotions(dates: &[NaiveDate]) -> Vec<Promotion> {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Vec::new() };
    let on = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let of_year = |year: i32| {
        [
            ("Winter sale", on(year, 1, 2), 17, 20, 0.45),
            ("Spring campaign", on(year, 3, 20), 18, 10, 0.5),
            ("Summer sale", on(year, 7, 1), 14, 20, 0.45),
            ("Black Friday", black_friday(year) - Days::new(1), 5, 25, 0.7),
        ]
        .map(|(name, from, days, percent, share)| {
            let from = place(dates, &from)?;
            let days = from..(from + days).min(dates.len());
            Some(Promotion { name: format!("{name} {year}"), percent, share, days })
        })
    };
    (first.year()..=last.year()).flat_map(of_year).flatten().collect()
}
