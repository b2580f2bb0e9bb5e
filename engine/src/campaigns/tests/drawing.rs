//! The draw is the same for ever, everywhere, and fair.

use rust_decimal::Decimal;

use super::super::Holdout;
use super::decimal;
use crate::evaluate::Share;
use crate::rules::Sample;
use crate::statistics::tests::reference;

/// Worked out in another language, from the published hashes alone.
#[test]
fn is_drawn_as_anybody_else_would() {
    for case in reference("draws") {
        let holdout = Holdout::new(case["campaign"].as_i64().unwrap(), decimal(case["percent"].as_str().unwrap()));
        let members = 1..=case["members"].as_i64().unwrap();
        let audience = holdout.draw(members.clone());
        let held_out: Vec<u64> = audience.held_out.iter().collect();
        let expected: Vec<u64> = case["heldOut"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        assert_eq!(held_out, expected, "{case}");
        assert!(audience.held_out.is_disjoint(&audience.targeted));
        assert_eq!(audience.held_out.len() + audience.targeted.len(), members.count() as u64);
    }
}

#[test]
fn nobody_and_everybody_can_be_held_out() {
    let draw = |percent: Decimal| Holdout::new(5, percent).draw([1, 2, i64::MAX >> 1]);
    assert_eq!((draw(Decimal::ZERO).held_out.len(), draw(Decimal::ZERO).targeted.len()), (0, 3));
    assert_eq!((draw(Decimal::ONE_HUNDRED).held_out.len(), draw(Decimal::ONE_HUNDRED).targeted.len()), (3, 0));
    assert!(Holdout::new(5, decimal("10")).draw([]).targeted.is_empty());
}

/// A member's luck in one campaign says nothing of another, and nothing of samples, whatever their salt.
#[test]
fn campaigns_draw_independently_of_each_other_and_of_samples() {
    let members = || 1..=100_000_i64;
    let about = |found: usize, expected: usize| found.abs_diff(expected) < expected / 10;
    let holdout = |campaign: i64| Holdout::new(campaign, decimal("20"));
    for campaign in 1..=5 {
        let held_out = members().filter(|member| holdout(campaign).has(*member)).count();
        assert!(about(held_out, 20_000), "{campaign}: {held_out}");
        for other in campaign + 1..=6 {
            let both = members().filter(|member| holdout(campaign).has(*member) && holdout(other).has(*member)).count();
            assert!(about(both, 4_000), "{campaign} and {other}: {both}");
        }
        for salt in [campaign.to_string(), format!("campaign{campaign}"), "spring".to_owned()] {
            let sample = Share::of(&Sample { percent: decimal("20"), salt });
            let both = members().filter(|member| holdout(campaign).has(*member) && sample.has(*member)).count();
            assert!(about(both, 4_000), "{campaign} and {sample:?}: {both}");
        }
    }
}
