//! Bounds of a number, as the whole numbers that lie within them.

use rust_decimal::Decimal;

use crate::money::floor_minor;
use crate::rules::Bounds;

/// Whole numbers from `least` to `most`, both included; none where `most` is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Interval {
    pub(super) const EVERYTHING: Self = Self { least: i64::MIN, most: i64::MAX };
    pub(super) const NOTHING: Self = Self { least: 1, most: 0 };

    /// The numbers of units of the last of so many digits that lie within the bounds.
    pub(super) fn of_decimals(bounds: &Bounds<Decimal>, digits: u32) -> Self {
        let floor = |bound: &Option<Decimal>| bound.map(|bound| floor_minor(bound, digits));
        let mut interval = Self::EVERYTHING;
        if let Some((unit, exact)) = floor(&bounds.eq) {
            interval = if exact { interval.and(unit, unit) } else { Self::NOTHING };
        }
        if let Some((unit, _)) = floor(&bounds.gt) {
            interval = interval.and(unit.saturating_add(1), i64::MAX);
        }
        if let Some((unit, exact)) = floor(&bounds.gte) {
            interval = interval.and(if exact { unit } else { unit.saturating_add(1) }, i64::MAX);
        }
        if let Some((unit, exact)) = floor(&bounds.lt) {
            interval = interval.and(i64::MIN, if exact { unit.saturating_sub(1) } else { unit });
        }
        if let Some((unit, _)) = floor(&bounds.lte) {
            interval = interval.and(i64::MIN, unit);
        }
        interval
    }

    /// The whole numbers within the bounds.
    pub(super) fn of_whole(bounds: &Bounds<i64>) -> Self {
        let Bounds { eq, gt, gte, lt, lte } = *bounds;
        let least = [eq, gt.map(|gt| gt.saturating_add(1)), gte].into_iter().flatten().max();
        let most = [eq, lt.map(|lt| lt.saturating_sub(1)), lte].into_iter().flatten().min();
        Self { least: least.unwrap_or(i64::MIN), most: most.unwrap_or(i64::MAX) }
    }

    /// The numbers that lie in this interval and from one to another.
    pub(super) fn and(self, least: i64, most: i64) -> Self {
        Self { least: self.least.max(least), most: self.most.min(most) }
    }

    pub(super) fn contains(self, number: i64) -> bool {
        self.least <= number && number <= self.most
    }
}

/// Whether a number lies within bounds.
pub(super) fn is_within(number: Decimal, bounds: &Bounds<Decimal>) -> bool {
    let Bounds { eq, gt, gte, lt, lte } = bounds;
    eq.is_none_or(|bound| number == bound)
        && gt.is_none_or(|bound| number > bound)
        && gte.is_none_or(|bound| number >= bound)
        && lt.is_none_or(|bound| number < bound)
        && lte.is_none_or(|bound| number <= bound)
}
