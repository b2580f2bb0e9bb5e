//! Retention: of those who first bought in a month, how many bought again in each month since.

use chrono::NaiveDate;

use super::intervals::Slots;
use super::{Among, Figure, Interval, Period};
use crate::facts::{Day, Dictionary, Facts, PURCHASE};
use crate::figures::ratio;

/// Cohorts by the month of the first purchase, up to today. Persons who were erased stay in their cohort: whoever
/// asks hands over their purchases as a further part, under ids of their own.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Months from that of the first cohort to the running one.
    months: Slots,
    /// How many of them are cohorts.
    cohorts: usize,
    among: Among,
}

/// Customers who first bought in the same month.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionCohort {
    /// The first day of that month.
    pub cohort: NaiveDate,
    /// How many they are.
    pub size: i64,
    /// The share of them who bought in month 0, 1, 2 … up to the running month, which is not over; month 0 is 1.
    /// Empty for a month in which nobody bought first.
    pub retention: Vec<f64>,
}

impl Retention {
    /// The cohorts of the months that hold a day of a period.
    pub fn new(period: Period, today: NaiveDate, among: Among) -> Self {
        let cohorts = Slots::new(period.until(today), Interval::Month).len();
        let first = Interval::Month.start(period.from);
        Self { months: Slots::new(Period { from: first, to: today }, Interval::Month), cohorts, among }
    }
}

impl Figure for Retention {
    /// For each cohort, how many bought in each month since.
    type Part = Vec<Vec<i64>>;
    type Answer = Vec<RetentionCohort>;

    fn part(&self, facts: &Facts, _: &Dictionary) -> Self::Part {
        let mut counts: Self::Part = vec![Vec::new(); self.cohorts];
        for row in self.among.rows(facts) {
            let mut months = purchase_days(facts, row).map(|day| self.months.of(day));
            let Some(Some(cohort)) = months.next() else { continue };
            let Some(counts) = counts.get_mut(cohort) else { continue };
            count(counts, 0);
            let mut last = cohort;
            for month in months.map_while(|month| month) {
                if month != last {
                    count(counts, month - cohort);
                    last = month;
                }
            }
        }
        counts
    }

    fn merge(&self, whole: &mut Self::Part, part: Self::Part) {
        whole.resize(self.cohorts, Vec::new());
        for (counts, others) in whole.iter_mut().zip(part) {
            counts.resize(counts.len().max(others.len()), 0);
            counts.iter_mut().zip(others).for_each(|(count, other)| *count += other);
        }
    }

    fn answer(&self, mut whole: Self::Part) -> Vec<RetentionCohort> {
        whole.resize(self.cohorts, Vec::new());
        let cohorts = whole.into_iter().zip(&self.months.starts).enumerate().map(|(place, (mut counts, cohort))| {
            let size = counts.first().copied().unwrap_or(0);
            counts.resize(if size > 0 { self.months.len() - place } else { 0 }, 0);
            let retention = counts.into_iter().map(|count| ratio(count, size)).collect();
            RetentionCohort { cohort: *cohort, size, retention }
        });
        cohorts.skip_while(|cohort| cohort.size == 0).collect()
    }
}

fn purchase_days(facts: &Facts, row: usize) -> impl Iterator<Item = Day> {
    let places = facts.transactions_of(row);
    let (days, flags) = (&facts.transactions.days[places.clone()], &facts.transactions.flags[places]);
    days.iter().zip(flags).filter(|(_, flags)| **flags & PURCHASE > 0).map(|(day, _)| *day)
}

fn count(counts: &mut Vec<i64>, month: usize) {
    if counts.len() <= month {
        counts.resize(month + 1, 0);
    }
    counts[month] += 1;
}
