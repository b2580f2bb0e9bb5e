//! The numbers that rules ask for.

use super::SHARE_DIGITS;
use super::days::Moment;
use super::interval::Interval;
use super::outcome::Unit;
use crate::facts::Facts;
use crate::ledger::PointsMove;
use crate::money::quotient;
use crate::rules::{PointsMeasure, TransactionsMeasure, ValueMeasure, YearlyFact};

/// A number that is found for a member, or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Measure {
    Age,
    /// Days until such a day comes again.
    DaysUntil(YearlyFact),
    /// The local day, as its number.
    EnrolledOn,
    Transactions {
        measure: TransactionsMeasure,
        series: usize,
        window: usize,
    },
    /// The window is that of all time.
    Value {
        measure: ValueMeasure,
        window: usize,
    },
    Points {
        measure: PointsMeasure,
        days: Interval,
    },
}

impl Measure {
    /// Digits behind the point: the number is counted in units of the last of them.
    pub(super) fn digits(&self, moment: &Moment) -> u32 {
        match self.unit() {
            Unit::Money => moment.digits,
            Unit::Share | Unit::Orders => SHARE_DIGITS,
            _ => 0,
        }
    }

    pub(super) fn unit(&self) -> Unit {
        use PointsMeasure as P;
        use TransactionsMeasure as T;
        match self {
            Self::Age => Unit::Years,
            Self::DaysUntil(_) | Self::EnrolledOn => Unit::Days,
            Self::Transactions { measure, .. } => match measure {
                T::Count => Unit::Purchases,
                T::Spending | T::AverageValue | T::MaxValue => Unit::Money,
                T::DaysSinceLast | T::DaysSinceFirst => Unit::Days,
                T::ShareOfCount => Unit::Share,
                T::DistinctCategories => Unit::Categories,
            },
            Self::Value { measure, .. } => match measure {
                ValueMeasure::HistoricClv | ValueMeasure::PredictedClv => Unit::Money,
                ValueMeasure::OrderProbability90Days => Unit::Share,
                ValueMeasure::ExpectedOrders => Unit::Orders,
            },
            Self::Points { measure, .. } => match measure {
                P::Balance | P::Earned | P::Redeemed | P::Expired => Unit::Points,
                P::Redemptions => Unit::Redemptions,
                P::RedemptionRate => Unit::Share,
                P::DaysToFirstRedemption | P::DaysSinceLastActivity => Unit::Days,
            },
        }
    }
}

/// A ratio rounded half-even to the digits of shares; none where there is nothing to divide by.
pub(super) fn share(part: i64, whole: i64) -> Option<i64> {
    quotient(i128::from(part) * 10_i128.pow(SHARE_DIGITS), i128::from(whole))
}

/// A figure over a member's points entries within some days.
pub(super) fn points(
    facts: &Facts,
    row: usize,
    measure: PointsMeasure,
    days: Interval,
    moment: &Moment,
) -> Option<i64> {
    let places = facts.points_of(row).filter(|place| days.contains(facts.points.days[*place].into()));
    let entries = places.map(|place| {
        let entries = &facts.points;
        (entries.days[place], entries.kinds[place], i64::from(entries.points[place]))
    });
    let of_kind = |kind: PointsMove| entries.clone().filter(move |(_, one, _)| *one == kind);
    let sum = |kind: PointsMove| of_kind(kind).map(|(_, _, points)| points).sum::<i64>();
    match measure {
        PointsMeasure::Balance => Some(entries.clone().map(|(_, kind, points)| kind.balance(points)).sum()),
        PointsMeasure::Earned => Some(sum(PointsMove::Earned)),
        PointsMeasure::Redeemed => Some(sum(PointsMove::Redeemed)),
        PointsMeasure::Expired => Some(sum(PointsMove::Expired)),
        PointsMeasure::Redemptions => i64::try_from(of_kind(PointsMove::Redeemed).count()).ok(),
        PointsMeasure::RedemptionRate => share(sum(PointsMove::Redeemed), sum(PointsMove::Earned)),
        PointsMeasure::DaysToFirstRedemption => {
            let first = |kind: PointsMove| of_kind(kind).map(|(day, _, _)| i64::from(day)).next();
            Some(first(PointsMove::Redeemed)? - first(PointsMove::Earned)?)
        }
        PointsMeasure::DaysSinceLastActivity => entries.clone().next_back().map(|(day, _, _)| moment.since(day)),
    }
}
