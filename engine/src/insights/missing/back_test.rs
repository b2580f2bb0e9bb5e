//! How far it can be trusted: what it would have said before, and what came of it.

use super::{ENOUGH_DAYS, Multiple};
use crate::facts::Day;
use crate::figures::ratio;

/// Those who would have been flagged as missing one horizon ago, beside the others with a rhythm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackTest {
    /// The multiple.
    pub multiple: f64,
    /// How many days ago.
    pub horizon_days: i64,
    /// How many would have been flagged, by the purchases up to that day.
    pub flagged: i64,
    /// The share of them that has bought nothing since; none where nobody would have been flagged.
    pub stayed_away: Option<f64>,
    /// The share of the others that has bought nothing since; none where there were no others.
    pub unflagged_stayed_away: Option<f64>,
}

/// The horizons in days; the longest first, so that what was known grows.
pub(super) const HORIZONS: [Day; 3] = [180, 90, 30];

/// Counts of one horizon.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    flagged: i64,
    flagged_away: i64,
    unflagged: i64,
    unflagged_away: i64,
}

impl Counts {
    pub(super) fn merge(&mut self, other: Self) {
        self.flagged += other.flagged;
        self.flagged_away += other.flagged_away;
        self.unflagged += other.unflagged;
        self.unflagged_away += other.unflagged_away;
    }

    fn add(&mut self, is_flagged: bool, is_away: bool) {
        let (count, away) = match is_flagged {
            true => (&mut self.flagged, &mut self.flagged_away),
            false => (&mut self.unflagged, &mut self.unflagged_away),
        };
        *count += 1;
        *away += i64::from(is_away);
    }

    pub(super) fn result(&self, multiple: Multiple, horizon: Day) -> BackTest {
        let share = |part, whole| (whole > 0).then(|| ratio(part, whole));
        BackTest {
            multiple: multiple.value(),
            horizon_days: horizon.into(),
            flagged: self.flagged,
            stayed_away: share(self.flagged_away, self.flagged),
            unflagged_stayed_away: share(self.unflagged_away, self.unflagged),
        }
    }
}

/// Looks at a member's purchase days, and the gaps between them, at each horizon.
#[inline]
pub(super) fn look_back(
    days: &[Day],
    gaps: &[Day],
    today: Day,
    multiple: Multiple,
    counts: &mut [Counts; HORIZONS.len()],
) {
    let mut known = 0;
    for (counts, horizon) in counts.iter_mut().zip(HORIZONS) {
        let then = today - horizon;
        known += days[known..].iter().take_while(|day| **day <= then).count();
        if known >= ENOUGH_DAYS {
            let silence = i64::from(then) - i64::from(days[known - 1]);
            counts.add(multiple.is_exceeded(silence, &gaps[..known - 1]), known == days.len());
        }
    }
}
