//! Who went missing by their own rhythm.

mod analysis;
mod back_test;
mod rhythm;

use std::cmp::Ordering;

use crate::facts::Day;

pub use analysis::{Missing, MissingAnalysis};
pub use back_test::BackTest;
pub(super) use rhythm::Look;
pub use rhythm::Rhythm;

pub use crate::groups::Presence;

/// How many times the own rhythm a silence must last, kept to a millionth so that every comparison is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Multiple {
    millionths: i64,
}

/// Nobody is missing before so many days are over.
const LEAST_SILENCE: i64 = 14;
/// So many purchase days have two gaps; fewer make no rhythm.
const ENOUGH_DAYS: usize = 3;
/// Of a multiple.
const MILLION: i64 = 1_000_000;

impl Multiple {
    /// A multiple of 0.000001 at least and 1,000 at most, rounded to a millionth; none for any other number.
    #[allow(clippy::cast_possible_truncation)]
    pub fn new(multiple: f64) -> Option<Self> {
        let millionths = (multiple * 1e6).round();
        // Within the bounds the number is whole and far below 2^53.
        (1.0..=1e9).contains(&millionths).then_some(Self { millionths: millionths as i64 })
    }

    /// As a number.
    pub fn value(&self) -> f64 {
        crate::figures::ratio(self.millionths, MILLION)
    }

    /// Whether a silence is longer than this multiple of the median of some gaps, and than what nobody is missing
    /// before.
    ///
    /// Where n is the number of gaps, twice their median is the sum of the two in the middle, which must not exceed
    /// the largest whole number below 2·silence ÷ multiple. That takes no sorting: it is enough to know how many gaps
    /// lie at half of it or below, the largest of these, and the smallest of the others.
    #[inline]
    pub(super) fn is_exceeded(self, silence: i64, gaps: &[Day]) -> bool {
        if silence <= LEAST_SILENCE {
            return false;
        }
        let most = (2 * MILLION * silence - 1) / self.millionths;
        let half = Day::try_from(most / 2).unwrap_or(Day::MAX);
        let (mut count, mut below, mut above) = (0_i32, 0, Day::MAX);
        for gap in gaps {
            let is_below = *gap <= half;
            count += i32::from(is_below);
            below = below.max(if is_below { *gap } else { 0 });
            above = above.min(if is_below { Day::MAX } else { *gap });
        }
        match (2 * i64::from(count)).cmp(&i64::try_from(gaps.len()).unwrap_or(i64::MAX)) {
            Ordering::Less => false,
            Ordering::Equal => i64::from(below) + i64::from(above) <= most,
            Ordering::Greater => true,
        }
    }

    /// The longest silence in days, at a rhythm of half of twice the median gap, that is not yet missing.
    pub(super) fn longest(self, twice_median: i64) -> i64 {
        (self.millionths * twice_median.max(2) / (2 * MILLION)).max(LEAST_SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_sorting_is_needed_to_tell_who_is_missing(
            mut gaps in proptest::collection::vec(1..40_i32, 2..9),
            silence in 0..120_i64,
            multiple in prop::sample::select(&[0.3, 1.0, 1.5, 2.0, 2.5][..]),
        ) {
            let multiple = Multiple::new(multiple).unwrap();
            let is_exceeded = multiple.is_exceeded(silence, &gaps);
            gaps.sort_unstable();
            let twice_median = i64::from(gaps[(gaps.len() - 1) / 2] + gaps[gaps.len() / 2]);
            prop_assert_eq!(is_exceeded, silence > multiple.longest(twice_median));
        }
    }

    #[test]
    fn multiples_are_within_reason() {
        for wrong in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e-7, 1_000.1] {
            assert_eq!(Multiple::new(wrong), None, "{wrong}");
        }
        assert_eq!(Multiple::new(2.5).unwrap().value(), 2.5);
    }

    #[test]
    fn silence_is_compared_exactly() {
        let longest = |multiple: f64, twice_median| Multiple::new(multiple).unwrap().longest(twice_median);
        // 1.1 × 30 days are 33 days, though not in floats; 1.1 × 30.5 days are 33.55.
        assert_eq!([longest(1.1, 60), longest(1.1, 61)], [33, 33]);
        assert_eq!([longest(2.0, 61), longest(3.0, 2), longest(2.0, 14), longest(2.0, 15)], [61, 14, 14, 15]);
        assert_eq!([longest(0.000_001, 2), longest(1_000.0, 200_000)], [14, 100_000_000]);
        // The median of 10 and 20 days is 15, twice that are 30.
        let twice = Multiple::new(2.0).unwrap();
        assert_eq!([30, 31].map(|silence| twice.is_exceeded(silence, &[20, 10])), [false, true]);
    }
}
