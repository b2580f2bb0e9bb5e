//! Results worked out by hand, and what cannot be said.

use super::super::{Basis, CampaignSums, Engagement, Note, Plan, Results, Terms, Warning, plan, results};
use super::{arm, decimal, terms};
use crate::statistics::tests::{assert_close, reference};
use crate::statistics::{Proportion, newcombe};

/// Of 1,800 targeted every third spends 30.00 in one purchase, of 200 held out every fourth 20.00 in two.
fn sums() -> CampaignSums {
    let targeted = arm((0..1_800).map(|member| if member % 3 == 0 { (3_000, 1) } else { (0, 0) }));
    let held_out = arm((0..200).map(|member| if member % 4 == 0 { (2_000, 2) } else { (0, 0) }));
    CampaignSums { targeted, held_out }
}

fn of(sums: &CampaignSums, terms: &Terms) -> Results {
    results(sums, &Engagement::default(), terms).unwrap()
}

#[test]
fn an_experiment_is_worked_out_to_the_cent() {
    let engagement = Engagement {
        delivered: 1_700,
        opened: 500,
        clicked: 90,
        redeemed: 60,
        reached: 1_720,
        engaged: 516,
        ..Engagement::default()
    };
    let found = results(&sums(), &engagement, &terms()).unwrap();
    assert_eq!((found.basis, &found.warnings[..]), (Basis::Experiment, &[][..]));
    assert_eq!(found.engagement_rate, Some(0.3));
    assert_eq!((found.conversion_targeted, found.conversion_held_out), (600.0 / 1_800.0, Some(0.25)));
    let shares = [(600, 1_800), (50, 200)].map(|(part, whole)| Proportion { part, whole });
    assert_eq!(found.conversion_uplift, newcombe(shares[0], shares[1]));
    // 10.00 against 5.00 a member: 5.00 for each of 1,800; half of 9,000.00 is 45 times the cost.
    assert_eq!((found.spending_per_member_targeted, found.spending_per_member_held_out), (1_000, Some(500)));
    assert_eq!(found.incremental_revenue, Some(900_000));
    assert_eq!(found.return_on_investment, Some(44.0));
    // Of twice as many who were targeted half are erased since: half of the cost was theirs.
    let erased = results(&sums(), &engagement, &Terms { drawn_targets: 3_600, ..terms() }).unwrap();
    assert_eq!((erased.incremental_revenue, erased.return_on_investment), (Some(900_000), Some(89.0)));
    let spending = found.spending_uplift.unwrap();
    assert_close(spending.value, 5.0, 1e-15, "units of the currency");
    assert!(spending.is_significant() && spending.low > 3.0 && spending.high < 7.0, "{spending:?}");
    // 30.00 against 10.00 a sale; on neither side one sale differs from another, so that nothing can be told from chance.
    assert_eq!((found.average_sale_targeted, found.average_sale_held_out), (Some(3_000), Some(1_000)));
    assert_eq!((found.average_sale_uplift, found.retention), (None, Some(0.0)));
}

#[test]
fn money_is_exact_and_rounded_once() {
    let sums = CampaignSums { targeted: arm([(100, 1), (0, 0), (0, 0)]), held_out: arm([(1, 1), (0, 0), (0, 0)]) };
    let found = of(&sums, &Terms { cost: 0, ..terms() });
    assert_eq!((found.spending_per_member_targeted, found.spending_per_member_held_out), (33, Some(0)));
    assert_eq!(found.incremental_revenue, Some(99), "and not 33 − 0, three times");
    assert_eq!(found.return_on_investment, None, "nothing was spent on it");
    let dear = of(&sums, &Terms { cost: 100, gross_margin: decimal("0.333333333"), ..terms() });
    assert_close(dear.return_on_investment.unwrap(), (99.0 * 0.333_333_333 - 100.0) / 100.0, 1e-15, "return");
    // Sums as large as they can become.
    let rich = 999_999_999_999_000_000;
    let sums = CampaignSums { targeted: arm([(rich, 9), (rich, 1)]), held_out: arm([(-rich, 1), (rich, 2), (0, 0)]) };
    let found = of(&sums, &terms());
    assert_eq!((found.incremental_revenue, found.spending_per_member_targeted), (Some(2 * rich), rich));
    assert!(found.spending_uplift.is_some_and(|uplift| uplift.high.is_finite() && uplift.low < uplift.high));
}

#[test]
fn without_a_draw_before_the_start_there_is_no_effect() {
    let alone = CampaignSums { held_out: Default::default(), ..sums() };
    for (sums, is_drawn, warning) in [(alone, true, Warning::NobodyHeldOut), (sums(), false, Warning::NotDrawn)] {
        let found = of(&sums, &Terms { is_drawn, ..terms() });
        assert_eq!((found.basis, &found.warnings[..]), (Basis::Observational, &[warning][..]));
        assert_eq!((found.conversion_uplift, found.spending_uplift, found.average_sale_uplift), (None, None, None));
        assert_eq!((found.incremental_revenue, found.return_on_investment), (None, None));
        assert_eq!(found.conversion_held_out.is_some(), sums.held_out.members() > 0);
        assert_eq!(found.spending_per_member_targeted, 1_000);
    }
    assert_eq!(results(&CampaignSums::default(), &Engagement::default(), &terms()), None, "nobody at all");
}

#[test]
fn a_reader_is_told_what_makes_figures_doubtful() {
    let few = CampaignSums { held_out: arm((0..99).map(|_| (0, 0))), ..sums() };
    assert_eq!(of(&few, &terms()).warnings[0], Warning::FewHeldOut(99));
    let enough = CampaignSums { held_out: arm((0..100).map(|_| (0, 0))), ..sums() };
    assert!(!of(&enough, &terms()).warnings.contains(&Warning::FewHeldOut(100)));
    // 1,800 against 200 is one in ten; against 150 it is not, by far.
    let dropped = CampaignSums { held_out: arm((0..150).map(|_| (0, 0))), ..sums() };
    let lopsided = Warning::LopsidedDraw { targeted: 1_800, held_out: 150, percent: decimal("10") };
    assert!(of(&dropped, &terms()).warnings.contains(&lopsided));
    let running = of(&sums(), &Terms { days_to_come: 3, ..terms() });
    assert_eq!((&running.warnings[..], running.retention), (&[Warning::DaysToCome(3)][..], None));
    let just_over = of(&sums(), &Terms { staying_to_come: 90, ..terms() });
    assert_eq!((&just_over.warnings[..], just_over.retention), (&[Warning::StayingToCome(90)][..], Some(0.0)));
    let redeemed = Engagement { redeemed: 30, reached: 30, engaged: 30, ..Engagement::default() };
    let redeemed = results(&sums(), &redeemed, &terms()).unwrap();
    assert_eq!((redeemed.engagement_rate, &redeemed.warnings[..]), (None, &[Warning::NoDelivery][..]));
    let same = CampaignSums { targeted: sums().targeted, held_out: sums().targeted };
    let even = Terms { holdout_percent: decimal("50"), ..terms() };
    assert_eq!(of(&same, &even).warnings, [Warning::SpendingMayBeChance]);
    let nothing = arm((0..200).map(|_| (0, 0)));
    let silent = of(&CampaignSums { targeted: nothing, held_out: nothing }, &even);
    assert_eq!((silent.spending_uplift, &silent.warnings[..]), (None, &[Warning::SpendingDoesNotVary][..]));
    assert_eq!((silent.average_sale_targeted, silent.average_sale_uplift, silent.retention), (None, None, None));
    // Nobody differs from others on the own side, and the sides do.
    let apart = CampaignSums { targeted: arm((0..200).map(|_| (1_000, 1))), held_out: nothing };
    let apart = of(&apart, &even);
    assert_eq!((apart.spending_uplift, apart.warnings[0].sentence().starts_with("On each side")), (None, true));
    let leaked = Engagement { held_out_reached: 2, ..Engagement::default() };
    let leaked = results(&sums(), &leaked, &terms()).unwrap().warnings;
    assert_eq!(leaked, [Warning::HeldOutReached(2)]);
    assert!(leaked[0].sentence().starts_with("2 held-out members were reached all the same:"));
    let said = lopsided.sentence();
    assert!(said.starts_with("1800 members are targeted and 150 held out, where 10 % were to be held out:"), "{said}");
    assert_eq!(Warning::DaysToCome(1).sentence(), "1 day is still to come: the figures will change.");
    let said = Warning::FewHeldOut(1).sentence();
    assert_eq!(said, "Only 1 member was held out: with fewer than 100, hardly any effect can be told from chance.");
}

#[test]
fn average_sales_are_compared_as_in_numpy_and_scipy() {
    for case in reference("average_sale") {
        let side = |name: &str| {
            let members = case[name].as_array().unwrap();
            arm(members.iter().map(|member| (member[0].as_i64().unwrap(), member[1].as_i64().unwrap())))
        };
        let sums = CampaignSums { targeted: side("one"), held_out: side("other") };
        let found = of(&sums, &Terms { digits: 0, ..terms() }).average_sale_uplift.unwrap();
        let number = |name: &str| case[name].as_f64().unwrap();
        assert_close(found.value, number("value"), 1e-12, "value");
        assert_close(found.low, number("low"), 1e-9, "low");
        assert_close(found.high, number("high"), 1e-9, "high");
        assert_close(found.p_value, number("p"), 1e-8, "p");
    }
}

#[test]
fn a_plan_says_what_can_be_seen_and_why_not() {
    let bought = |part, whole| Proportion { part, whole };
    let found = plan(bought(3_000, 10_000), 30, decimal("10"));
    assert_eq!((found.audience, found.held_out), (10_000, 1_000));
    assert!((0.04..0.05).contains(&found.smallest_detectable_uplift.unwrap()), "{found:?}");
    assert_eq!(found.notes, [Note::GoesBy { buyers: 3_000, days: 30 }]);
    assert!(
        found.notes[0]
            .sentence()
            .starts_with("Goes by the 3000 members of the audience who bought in the last 30 days;")
    );
    let notes = |part, whole, percent: &str| plan(bought(part, whole), 30, decimal(percent)).notes;
    let goes_by = |buyers| Note::GoesBy { buyers, days: 30 };
    let empty = Plan { audience: 0, held_out: 0, smallest_detectable_uplift: None, notes: vec![Note::NobodyToTarget] };
    assert_eq!(plan(bought(0, 0), 30, decimal("10")), empty);
    assert_eq!(notes(10, 100, "0"), [Note::NobodyHeldOut]);
    assert_eq!(notes(10, 100, "100"), [Note::EverybodyHeldOut]);
    assert_eq!(notes(10, 990, "10"), [Note::FewHeldOut(99), goes_by(10)]);
    assert_eq!(notes(9, 10, "20"), [Note::FewHeldOut(2), goes_by(9), Note::NothingDetectable]);
    assert_eq!(notes(1_000, 1_000, "50"), [goes_by(1_000), Note::NothingDetectable]);
    assert_eq!(plan(bought(0, 25), 30, decimal("10")).held_out, 2, "half-even");
}
