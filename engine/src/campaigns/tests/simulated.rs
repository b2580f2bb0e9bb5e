//! 2,000 campaigns from the draw to the results: how often they claim an effect that is none, and how often the interval
//! holds the one that is.

use std::collections::BTreeMap;

use super::super::{CampaignSums, Holdout, Results, results};
use super::{decimal, terms};
use crate::statistics::Estimate;
use crate::statistics::tests::simulated::{CAMPAIGNS, Dice, WRONG};

const SEED: u64 = 6_003;
const MEMBERS: i64 = 1_500;

/// One campaign of which a third is held out. Everybody buys with some chance, some of them often; who is targeted buys
/// with a chance that is larger by the effect.
#[allow(clippy::cast_possible_truncation)]
fn campaign(id: i64, dice: &mut Dice, effect: f64) -> Results {
    let holdout = Holdout::new(id, decimal("33.333333333"));
    let mut sums = CampaignSums::default();
    for member in 1..=MEMBERS {
        let side = if holdout.has(member) { &mut sums.held_out } else { &mut sums.targeted };
        let chance = if holdout.has(member) { 0.3 } else { 0.3 + effect };
        let (mut spending, mut purchases) = (0, 0);
        if dice.roll() < chance {
            // What a member buys is alike, and dear for some, so that sales are far from independent.
            let price = 1_000.0 - 2_000.0 * (1.0 - dice.roll()).ln();
            purchases = 1 + (dice.roll() * 4.0) as i64;
            spending = purchases * price as i64;
        }
        side.push(spending, purchases, purchases > 0, false);
    }
    results(&sums, &Default::default(), &terms()).unwrap()
}

/// By outcome, how many of the campaigns have an interval without the truth, and how many are significant.
fn series(seed: u64, effect: f64, truths: [f64; 3]) -> BTreeMap<&'static str, (u32, u32)> {
    let mut dice = Dice::seeded(seed);
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for id in 1..=i64::from(CAMPAIGNS) {
        let found = campaign(id, &mut dice, effect);
        let outcomes: [(&str, Option<Estimate>); 3] = [
            ("conversion", found.conversion_uplift),
            ("spending", found.spending_uplift),
            ("average sale", found.average_sale_uplift),
        ];
        for ((name, estimate), truth) in outcomes.into_iter().zip(truths) {
            let estimate = estimate.unwrap();
            let count = counts.entry(name).or_default();
            count.0 += u32::from(truth < estimate.low || estimate.high < truth);
            count.1 += u32::from(estimate.is_significant());
        }
    }
    println!("seed {seed}, effect {effect}: of {CAMPAIGNS} without the truth, significant: {counts:?}");
    counts
}

#[test]
fn campaigns_without_an_effect_seldom_claim_one() {
    for (outcome, (wrong, significant)) in series(SEED, 0.0, [0.0; 3]) {
        assert_eq!(wrong, significant, "{outcome}");
        assert!(WRONG.contains(&significant), "{outcome}: {significant}");
    }
}

#[test]
fn the_interval_holds_the_effect_that_there_is() {
    // 2.5 purchases on average at 30.00 less half a cent, by a tenth more of the members.
    let truths = [0.1, 0.1 * 2.5 * 29.995, 0.0];
    for (outcome, (wrong, significant)) in series(SEED + 1, 0.1, truths) {
        assert!(WRONG.contains(&wrong), "{outcome}: {wrong}");
        let is_seen = significant > CAMPAIGNS / 2;
        assert_eq!(is_seen, outcome != "average sale", "{outcome}: {significant}");
    }
}
