//! Points by day and kind.

use crate::facts::Day;
use crate::ledger::PointsMove;

/// Points of each kind on one day, or on many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub(super) earned: i64,
    pub(super) redeemed: i64,
    pub(super) expired: i64,
    pub(super) adjusted: i64,
}

/// The points of each day from the first to the last on which there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Daily {
    pub(super) first: Day,
    pub(super) days: Vec<Moves>,
}

impl Moves {
    #[inline]
    pub(super) fn add(&mut self, kind: PointsMove, points: i64) {
        *match kind {
            PointsMove::Earned => &mut self.earned,
            PointsMove::Redeemed => &mut self.redeemed,
            PointsMove::Expired => &mut self.expired,
            PointsMove::Adjusted => &mut self.adjusted,
        } += points;
    }

    pub(super) fn and(mut self, other: &Self) -> Self {
        self.earned += other.earned;
        self.redeemed += other.redeemed;
        self.expired += other.expired;
        self.adjusted += other.adjusted;
        self
    }

    /// Earned − redeemed − expired + adjusted.
    pub(super) fn balance(&self) -> i64 {
        self.earned - self.redeemed - self.expired + self.adjusted
    }
}

impl Daily {
    /// Nothing on each of some days; no days where the last lies before the first.
    pub(super) fn between(first: Day, last: Day) -> Self {
        let count = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or(0);
        Self { first, days: vec![Moves::default(); count] }
    }

    /// What stands at a day, which is one of those it was made for.
    #[inline]
    pub(super) fn at(&mut self, day: Day) -> Option<&mut Moves> {
        let place = usize::try_from(i64::from(day) - i64::from(self.first)).ok()?;
        self.days.get_mut(place)
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        if other.days.is_empty() {
            return;
        }
        if self.days.is_empty() {
            *self = other;
            return;
        }
        if other.first < self.first || other.last() > self.last() {
            let wide = Self::between(self.first.min(other.first), self.last().max(other.last()));
            let narrow = std::mem::replace(self, wide);
            self.add(&narrow);
        }
        self.add(&other);
        other.days.clear();
    }

    pub(super) fn sum(&self) -> Moves {
        self.days.iter().fold(Moves::default(), Moves::and)
    }

    /// The last day.
    pub(super) fn last(&self) -> Day {
        let count = Day::try_from(self.days.len()).unwrap_or(Day::MAX);
        self.first.saturating_add(count).saturating_sub(1)
    }

    /// Adds days that all lie within these.
    fn add(&mut self, other: &Self) {
        let offset = usize::try_from(i64::from(other.first) - i64::from(self.first)).unwrap_or(0);
        for (ours, theirs) in self.days[offset..].iter_mut().zip(&other.days) {
            *ours = ours.and(theirs);
        }
    }
}
