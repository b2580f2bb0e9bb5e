//! What holds of all sums and all shares.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Mean, Moments, Proportion, newcombe, welch};

/// Whole numbers of all sizes, as large as the spending of one member can be.
fn numbers() -> impl Strategy<Value = Vec<i64>> {
    let far = prop_oneof![Just(0_i64), Just(1_000_000_000_000), Just(-1_000_000_000_000), Just(1_000_000_000_000_000)];
    let near = prop_oneof![Just(1_i64), Just(100), Just(1_000_000)];
    (far, near).prop_flat_map(|(far, near)| vec((-near..=near).prop_map(move |one| far + one), 0..40))
}

fn moments(numbers: &[i64]) -> Moments {
    let mut moments = Moments::default();
    numbers.iter().for_each(|number| moments.push(*number));
    moments
}

/// Two passes, from the mean of the numbers less the first of them, which is exact.
fn variance(numbers: &[i64]) -> Option<f64> {
    let first = *numbers.first()?;
    #[allow(clippy::cast_precision_loss)]
    let off: Vec<f64> = numbers.iter().map(|number| (number - first) as f64).collect();
    #[allow(clippy::cast_precision_loss)]
    let count = off.len() as f64;
    let mean = off.iter().sum::<f64>() / count;
    (numbers.len() > 1).then(|| off.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

fn share() -> impl Strategy<Value = Proportion> {
    (1..=500_i64).prop_flat_map(|whole| (0..=whole).prop_map(move |part| Proportion { part, whole }))
}

proptest! {
    #[test]
    fn sums_merge_and_variances_lose_nothing(all in numbers(), cut in any::<prop::sample::Index>()) {
        let cut = if all.is_empty() { 0 } else { cut.index(all.len()) };
        let whole = moments(&all);
        prop_assert_eq!(moments(&all[..cut]).merged(&moments(&all[cut..])), whole);
        match (whole.variance(), variance(&all)) {
            (Some(found), Some(expected)) => {
                prop_assert!((found - expected).abs() <= 1e-11 * expected.max(1e-9), "{} {}", found, expected);
            }
            (found, expected) => prop_assert_eq!(found, expected),
        }
        let mut noughts = whole;
        noughts.push_noughts(3);
        prop_assert_eq!(noughts, whole.merged(&moments(&[0, 0, 0])));
    }

    #[test]
    fn intervals_of_shares_hold_the_difference_and_agree_with_the_test(one in share(), other in share()) {
        let found = newcombe(one, other).unwrap();
        prop_assert!(-1.0 - 1e-12 <= found.low && found.low <= found.value);
        prop_assert!(found.value <= found.high && found.high <= 1.0 + 1e-12);
        prop_assert!((0.0..=1.0).contains(&found.p_value));
        // Right at the edge the last digit may say either.
        if (found.p_value - 0.05).abs() > 1e-9 {
            prop_assert_eq!(found.is_significant(), found.p_value < 0.05, "{:?}", found);
        }
        let turned = newcombe(other, one).unwrap();
        prop_assert!((turned.low + found.high).abs() < 1e-14 && (turned.high + found.low).abs() < 1e-14);
        prop_assert!((turned.p_value - found.p_value).abs() < 1e-12);
    }

    #[test]
    fn intervals_of_means_hold_the_difference_and_agree_with_the_test(one in numbers(), other in numbers()) {
        let means = [&one, &other].map(|numbers| Mean::of(&moments(numbers)));
        let [Some(one_mean), Some(other_mean)] = means else { return Ok(()) };
        let varies = one_mean.variance > 0.0 || other_mean.variance > 0.0;
        let found = welch(&one_mean, &other_mean);
        prop_assert_eq!(found.is_some(), varies);
        let Some(found) = found else { return Ok(()) };
        prop_assert!([found.low, found.high, found.p_value].iter().all(|number| number.is_finite()), "{:?}", found);
        prop_assert!(found.low <= found.value && found.value <= found.high && (0.0..=1.0).contains(&found.p_value));
        if (found.p_value - 0.05).abs() > 1e-6 {
            prop_assert_eq!(found.is_significant(), found.p_value < 0.05, "{:?}", found);
        }
    }
}

#[test]
fn what_cannot_be_said_is_none() {
    let nobody = Proportion::default();
    let some = Proportion { part: 1, whole: 2 };
    assert_eq!((newcombe(nobody, some), newcombe(some, nobody), nobody.value()), (None, None, None));
    assert_eq!(
        (Moments::default().mean(), Moments::default().rounded_mean(), Moments::default().variance()),
        (None, None, None)
    );
    let one = moments(&[7]);
    assert_eq!((one.mean(), one.rounded_mean(), one.variance(), Mean::of(&one)), (Some(7.0), Some(7), None, None));
    assert_eq!(moments(&[1, 2]).rounded_mean(), Some(2), "half-even");
    assert_eq!(moments(&[-1, 0]).rounded_mean(), Some(0), "half-even");
    // As large as sums ever are: nine million documents of the largest amount.
    let largest = Moments {
        count: 9_000_000,
        sum: 9_000_000 * 999_999_999_999,
        squares: 9_000_000 * 999_999_999_999_i128.pow(2),
    };
    assert_eq!(largest.variance(), Some(0.0));
    let two = moments(&[i64::MAX / 2, -(i64::MAX / 2)]);
    let expected = 2.0 * (4_611_686_018_427_387_903_f64).powi(2);
    assert!((two.variance().unwrap() / expected - 1.0).abs() < 1e-15);
}
