//! Many campaigns that never were: how often the interval is right.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::super::{Estimate, Mean, Moments, Proportion, newcombe, welch};

/// Printed, so that a failure can be seen again.
const SEED: u64 = 20_261_127;
pub(crate) const CAMPAIGNS: u32 = 2_000;
const TARGETED: u32 = 900;
const HELD_OUT: u32 = 100;

/// Of 2,000 campaigns, each right with a chance of 95 %, so many are wrong in all but one of ten thousand series: the
/// binomial distribution has a mean of 100 and a standard deviation of 9.75, of which these are four.
pub(crate) const WRONG: std::ops::RangeInclusive<u32> = 61..=139;

pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice that always fall the same way.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 to below 1.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn roll(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn buyers(&mut self, members: u32, chance: f64) -> Proportion {
        let part = (0..members).filter(|_| self.roll() < chance).count();
        Proportion { part: i64::try_from(part).unwrap(), whole: members.into() }
    }

    /// Most spend nothing; the others about so much, some far more.
    #[allow(clippy::cast_possible_truncation)]
    fn spending(&mut self, members: u32, typical: f64) -> Mean {
        let mut moments = Moments::default();
        for _ in 0..members {
            let amount = if self.roll() < 0.3 { -typical * (1.0 - self.roll()).ln() } else { 0.0 };
            moments.push(amount as i64);
        }
        Mean::of(&moments).unwrap()
    }
}

/// How many of the campaigns had an interval without the truth, and how many were significant.
fn wrong_and_significant(seed: u64, truth: f64, mut campaign: impl FnMut(&mut Dice) -> Estimate) -> (u32, u32) {
    let mut dice = Dice::seeded(seed);
    let (mut wrong, mut significant) = (0, 0);
    for _ in 0..CAMPAIGNS {
        let found = campaign(&mut dice);
        wrong += u32::from(truth < found.low || found.high < truth);
        significant += u32::from(found.is_significant());
    }
    println!("seed {seed}: of {CAMPAIGNS}, {wrong} without the truth, {significant} significant");
    (wrong, significant)
}

#[test]
fn without_an_effect_about_one_in_twenty_is_significant() {
    let shares = |dice: &mut Dice| newcombe(dice.buyers(TARGETED, 0.3), dice.buyers(HELD_OUT, 0.3)).unwrap();
    let (wrong, significant) = wrong_and_significant(SEED, 0.0, shares);
    assert_eq!(wrong, significant);
    assert!(WRONG.contains(&significant), "{significant}");
    let means = |dice: &mut Dice| welch(&dice.spending(TARGETED, 5e3), &dice.spending(HELD_OUT * 3, 5e3)).unwrap();
    let (wrong, significant) = wrong_and_significant(SEED + 1, 0.0, means);
    assert_eq!(wrong, significant);
    assert!(WRONG.contains(&significant), "{significant}");
}

#[test]
fn with_an_effect_the_interval_holds_it_nineteen_times_in_twenty() {
    let shares = |dice: &mut Dice| newcombe(dice.buyers(TARGETED, 0.4), dice.buyers(HELD_OUT, 0.25)).unwrap();
    let (wrong, significant) = wrong_and_significant(SEED + 2, 0.15, shares);
    assert!(WRONG.contains(&wrong), "{wrong}");
    assert!(significant > CAMPAIGNS * 3 / 4, "{significant}");
    // Amounts lose half a minor unit on average when they are cut to whole ones, on both sides.
    let truth = 0.3 * (8e3 - 5e3);
    let means = |dice: &mut Dice| welch(&dice.spending(TARGETED, 8e3), &dice.spending(HELD_OUT * 3, 5e3)).unwrap();
    let (wrong, significant) = wrong_and_significant(SEED + 3, truth, means);
    assert!(WRONG.contains(&wrong), "{wrong}");
    assert!(significant > CAMPAIGNS / 2, "{significant}");
}
