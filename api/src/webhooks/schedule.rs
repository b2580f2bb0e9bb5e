//! When a delivery that failed is tried again.

use std::time::Duration;

use rand::Rng;

/// How long to wait after the first attempt, the second, and so on: a day altogether. After the last one it is given up.
pub const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(9 * 60 * 60),
];

/// The longest wait that a receiver may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait after so many attempts; none: it is given up. Each wait is longer or shorter by up to a fifth, so that
/// what failed together does not come back together; what the receiver asks for is the least.
pub(super) fn wait(tries: i64, asked: Option<Duration>) -> Option<Duration> {
    let planned = WAITS.get(usize::try_from(tries.checked_sub(1)?).ok()?)?;
    let planned = planned.mul_f64(rand::rng().random_range(0.8..1.2));
    Some(asked.map_or(planned, |asked| planned.max(asked.min(LONGEST))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_lasts_a_day_and_ends() {
        let day = Duration::from_secs(24 * 60 * 60);
        let all: Duration = WAITS.iter().sum();
        assert!(all > day.mul_f64(0.95) && all <= day, "{all:?}");
        for (place, planned) in WAITS.iter().enumerate() {
            let tries = i64::try_from(place).unwrap() + 1;
            let mut seen = Vec::new();
            for _ in 0..100 {
                let waited = wait(tries, None).unwrap();
                assert!(waited >= planned.mul_f64(0.8) && waited <= planned.mul_f64(1.2), "{waited:?}");
                seen.push(waited);
            }
            seen.dedup();
            assert!(seen.len() > 1, "there is no jitter");
        }
        assert_eq!(wait(i64::try_from(WAITS.len()).unwrap() + 1, None), None);
        assert_eq!(wait(0, None), None);
        assert_eq!(wait(9, Some(day)), None, "what is given up is given up");
    }

    #[test]
    fn what_the_receiver_asks_for_is_the_least_and_bounded() {
        assert!(wait(4, Some(Duration::from_secs(1))).unwrap() > Duration::from_secs(20 * 60));
        assert_eq!(wait(1, Some(Duration::from_secs(3_600))), Some(Duration::from_secs(3_600)));
        assert_eq!(wait(1, Some(Duration::from_secs(u64::MAX))), Some(LONGEST));
    }
}
