//! Who went missing by their own rhythm.

mod analysis;
mod back_test;
mod rhythm;

pub use analysis::{Missing, MissingAnalysis};
pub use back_test::BackTest;
pub use rhythm::Rhythm;

/// Whether a member has gone silent for longer than its own rhythm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Not silent for long.
    Present,
    /// Silent for more than the multiple of the median gap between its purchase days, and for more than 14 days.
    Missing,
    /// Fewer than two gaps, so that there is no rhythm.
    InsufficientHistory,
}

/// How many times the own rhythm a silence must last, kept to a millionth so that every comparison is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiple {
    millionths: i64,
}

/// Nobody is missing before so many days are over.
const LEAST_SILENCE: i64 = 14;
/// Of a multiple.
const MILLION: i64 = 1_000_000;

impl Multiple {
    /// A multiple of 0.000001 at least and 1,000 at most, rounded to a millionth; none for any other number.
    #[allow(clippy::cast_possible_truncation)]
    pub fn new(multiple: f64) -> Option<Self> {
        let millionths = (multiple * 1e6).round();
        // Within the bounds the number is whole and far below 2^53.
        (1.0..=1e9).contains(&millionths).then(|| Self { millionths: millionths as i64 })
    }

    /// As a number.
    pub fn value(&self) -> f64 {
        crate::figures::ratio(self.millionths, MILLION)
    }

    /// The longest silence in days, at a rhythm of half of twice the median gap, that is not yet missing.
    pub(super) fn longest(self, twice_median: i64) -> i64 {
        (self.millionths * twice_median.max(2) / (2 * MILLION)).max(LEAST_SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
