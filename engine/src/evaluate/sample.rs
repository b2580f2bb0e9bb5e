//! A stable pseudo-random share of members.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::rules::Sample;

/// A share, ready to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    seed: u64,
    /// Of 2^64.
    threshold: u128,
}

impl Share {
    /// The share of a sample. A percentage counts to nine digits behind the point.
    pub fn of(sample: &Sample) -> Self {
        let percent = sample.percent.round_dp_with_strategy(9, RoundingStrategy::MidpointNearestEven);
        let percent = percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED);
        let scale = 10u128.pow(percent.scale()) * 100;
        let threshold = (percent.mantissa().unsigned_abs() << 64) / scale;
        Self { seed: fnv(sample.salt.as_bytes()), threshold }
    }

    /// Whether a member is in it. The same member, salt and percentage always give the same answer, and a larger
    /// percentage keeps all that a smaller one has.
    pub fn has(&self, member: i64) -> bool {
        u128::from(mixed(self.seed ^ mixed(member.cast_unsigned()))) < self.threshold
    }
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv>.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The output step of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the answer.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(percent: &str, salt: &str) -> Share {
        Share::of(&Sample { percent: percent.parse().unwrap(), salt: salt.to_owned() })
    }

    #[test]
    fn is_about_its_share_and_grows_without_exchanging_anybody() {
        for salt in ["a", "spring 2026", "ł"] {
            let [none, some, more, all] = ["0", "12.5", "60", "100"].map(|percent| sample(percent, salt));
            let members = || 1..=40_000;
            assert_eq!(members().filter(|member| none.has(*member)).count(), 0);
            assert_eq!(members().filter(|member| all.has(*member)).count(), 40_000);
            assert!(members().all(|member| !some.has(member) || more.has(member)));
            let share = members().filter(|member| some.has(*member)).count();
            assert!((4_700..5_300).contains(&share), "{salt}: {share}");
        }
        let both = (1..=40_000).filter(|member| sample("50", "a").has(*member) && sample("50", "b").has(*member));
        assert!((9_600..10_400).contains(&both.count()), "salts draw independently of each other");
    }

    /// A share that was drawn is drawn the same for ever: these members were drawn when this was written.
    #[test]
    fn stays_as_it_was_drawn() {
        let drawn: Vec<i64> = (1..=60).filter(|member| sample("10", "holdout").has(*member)).collect();
        assert_eq!(drawn, [3, 11, 34, 35, 39, 53]);
    }
}
