//! Scores from 1 to 5.

use serde::{Deserialize, Serialize};

/// Where the fifths of some values part. The score of a value is 1 + ⌊5 · strictly worse ÷ N⌋, so that equals share a
/// score and the order of members never matters, as it does with NTILE.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Fifths<T> {
    /// A value beyond the first of them scores 2, beyond the second 3, and so on.
    bounds: [T; 4],
}

impl<T: Ord + Copy> Fifths<T> {
    /// The fifths of values, which come back in another order; none without values.
    ///
    /// With the values sorted as s, so many as ⌈k·N÷5⌉ = j are strictly worse than v exactly where s[j − 1] < v: four
    /// order statistics say everything, and none of the values needs its own rank.
    pub(super) fn of(mut values: &mut [T]) -> Option<Self> {
        let count = values.len();
        let first = *values.first()?;
        let mut bounds = [first; 4];
        for (before, bound) in bounds.iter_mut().enumerate().rev() {
            let place = ((before + 1) * count).div_ceil(5) - 1;
            *bound = *values.select_nth_unstable(place).1;
            values = &mut values[..=place];
        }
        Some(Self { bounds })
    }

    /// The score of a value, 5 for the best.
    #[inline]
    pub(super) fn score(&self, value: T) -> u8 {
        1 + self.bounds.iter().map(|bound| u8::from(value > *bound)).sum::<u8>()
    }
}

/// What the top fifth of some values is beyond: those above it are the ones that score 5. None without values, which
/// come back in another order.
pub(super) fn top_fifth(values: &mut [i64]) -> Option<i64> {
    percentile(values, 80)
}

/// The smallest value that so many hundredths of the values do not exceed (nearest rank); none without values, which
/// come back in another order.
pub(super) fn percentile(values: &mut [i64], hundredths: usize) -> Option<i64> {
    let place = (values.len() * hundredths).div_ceil(100).checked_sub(1)?;
    Some(*values.select_nth_unstable(place).1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn scores_count_who_is_strictly_worse(values in proptest::collection::vec(-6..6_i64, 1..60)) {
            let fifths = Fifths::of(&mut values.clone()).unwrap();
            for value in &values {
                let worse = values.iter().filter(|other| *other < value).count();
                prop_assert_eq!(usize::from(fifths.score(*value)), 1 + 5 * worse / values.len());
                let is_top = *value > top_fifth(&mut values.clone()).unwrap();
                prop_assert_eq!(is_top, fifths.score(*value) == 5);
            }
        }

        #[test]
        fn percentiles_are_the_smallest_that_enough_do_not_exceed(
            values in proptest::collection::vec(-6..6_i64, 1..60),
            hundredths in 1..=100_usize,
        ) {
            let found = percentile(&mut values.clone(), hundredths).unwrap();
            let within = |bound: i64| values.iter().filter(|value| **value <= bound).count();
            let enough = |bound: i64| within(bound) * 100 >= hundredths * values.len();
            prop_assert!(values.contains(&found) && enough(found));
            prop_assert!(values.iter().all(|value| *value >= found || !enough(*value)));
        }
    }

    #[test]
    fn nobody_has_no_fifths() {
        assert_eq!(Fifths::<i64>::of(&mut []), None);
        assert_eq!(percentile(&mut [], 80), None);
        assert_eq!(Fifths::of(&mut [7]).unwrap().score(7), 1);
    }
}
