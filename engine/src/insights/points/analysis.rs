//! What the sums of the ledgers say.

use chrono::NaiveDate;

use super::daily::{Daily, Moves};
use super::flow::{PointsFlow, PointsPart};
use crate::calendar::{day_number, numbered_day};
use crate::facts::Day;
use crate::figures::ratio;
use crate::insights::intervals::Slots;
use crate::insights::{Interval, Note, Period};

/// Earning and burning of points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointsAnalysis {
    /// The local day for which it holds.
    pub as_of: NaiveDate,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// The first day that was asked for.
    pub from: Option<NaiveDate>,
    /// The last day that was asked for.
    pub to: Option<NaiveDate>,
    /// Points given.
    pub earned: i64,
    /// Points spent on rewards.
    pub redeemed: i64,
    /// Points that lapsed.
    pub expired: i64,
    /// Corrections.
    pub adjusted: i64,
    /// Earned − redeemed − expired + adjusted.
    pub outstanding: i64,
    /// Members of the programme, and whoever else has an entry.
    pub members: i64,
    /// Members who earned.
    pub earners: i64,
    /// Members who redeemed.
    pub redeemers: i64,
    /// Earned ÷ members; none without members.
    pub average_earned_per_member: Option<f64>,
    /// Redeemed ÷ earned; none where nothing was earned.
    pub redemption_rate: Option<f64>,
    /// Redeemers ÷ earners; none without earners.
    pub member_redemption_rate: Option<f64>,
    /// Expired ÷ (expired + redeemed); none before anything expired.
    pub breakage: Option<f64>,
    /// What was earned by what it came from, the most first.
    pub by_origin: Vec<PointsByOrigin>,
    daily: Daily,
}

/// What was earned from one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsByOrigin {
    /// As it was first spelt; none for entries that do not say it.
    pub origin: Option<String>,
    /// Points.
    pub earned: i64,
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointsPoint {
    /// Its first day.
    pub date: NaiveDate,
    /// Points given.
    pub earned: i64,
    /// Points spent on rewards.
    pub redeemed: i64,
    /// Points that lapsed.
    pub expired: i64,
}

impl PointsAnalysis {
    pub(super) fn of(asked: &PointsFlow, part: PointsPart, by_origin: Vec<PointsByOrigin>) -> Self {
        let PointsPart { daily, members, earners, redeemers, .. } = part;
        let sum = daily.sum();
        let Moves { earned, redeemed, expired, adjusted } = sum;
        let share = |part, whole| (whole > 0).then(|| ratio(part, whole));
        let is_period = asked.from.is_some() || asked.to.is_some();
        let notes = [(daily.days.is_empty(), Note::Nothing), (is_period, Note::OutstandingOfPeriod)];
        Self {
            as_of: asked.today,
            notes: notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect(),
            from: asked.from,
            to: asked.to,
            earned,
            redeemed,
            expired,
            adjusted,
            outstanding: sum.balance(),
            members,
            earners,
            redeemers,
            average_earned_per_member: share(earned, members),
            redemption_rate: share(redeemed, earned),
            member_redemption_rate: share(redeemers, earners),
            breakage: if expired > 0 { share(expired, expired + redeemed) } else { None },
            by_origin,
            daily,
        }
    }

    /// About how many bytes it has on the heap.
    pub fn bytes(&self) -> usize {
        let origins = self.by_origin.iter().map(|one| one.origin.as_ref().map_or(0, String::len));
        size_of_val(self.by_origin.as_slice()) + size_of_val(self.daily.days.as_slice()) + origins.sum::<usize>()
    }

    /// The points of each interval: of the period that was asked for, where it is open from the first entry or to the
    /// last one, at least to today. Intervals without entries are there as well.
    pub fn series(&self, interval: Interval) -> Vec<PointsPoint> {
        let Some(period) = self.period() else { return Vec::new() };
        let slots = Slots::new(period, interval);
        let mut sums = vec![Moves::default(); slots.len()];
        for (day, moves) in (self.daily.first..).zip(&self.daily.days) {
            if let Some(slot) = slots.of(day) {
                sums[slot] = sums[slot].and(moves);
            }
        }
        let points = slots.starts.iter().zip(sums).map(|(date, moves)| PointsPoint {
            date: *date,
            earned: moves.earned,
            redeemed: moves.redeemed,
            expired: moves.expired,
        });
        points.collect()
    }

    /// The first and the last day of the series; none without any entry.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.period().map(|period| (period.from, period.to))
    }

    /// The days of the series; none without any entry.
    fn period(&self) -> Option<Period> {
        let entries = (!self.daily.days.is_empty()).then(|| (self.daily.first, self.daily.last()));
        let (first, last): (Day, Day) = entries?;
        let until = last.max(day_number(self.as_of));
        Some(Period {
            from: self.from.unwrap_or(numbered_day(first)),
            to: self.to.unwrap_or(numbered_day(until)).min(numbered_day(until)),
        })
    }
}
