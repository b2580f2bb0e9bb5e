//! Shops for which there is no model, or an odd one: nothing breaks, and what cannot be said is not said.

use chrono::Days;
use proptest::collection::vec;
use proptest::prelude::*;

use super::numbers::terms;
use super::shop::{Document, facts};
use super::{assert_close, day};
use crate::facts::Facts;
use crate::value::{Holdout, Predictor, Sample, Unfitted, ValueModel, customer};

const END: &str = "2026-06-30";

/// So many members, each with purchases so many days before the end.
fn shop(members: usize, purchases: impl Fn(usize) -> Vec<(u64, i64)>) -> Facts {
    let document = |(ago, net): (u64, i64)| Document { day: day(END) - Days::new(ago), net, purchase: true };
    let members: Vec<Vec<Document>> =
        (0..members).map(|member| purchases(member).into_iter().map(document).collect()).collect();
    facts((1..).zip(members.iter().map(Vec::as_slice)))
}

fn fit(facts: &Facts) -> Result<ValueModel, Unfitted> {
    let sample = Sample::gather(facts, day(END));
    let holdout = sample.holdout_days().map(|days| Holdout::gather(facts, day(END), days));
    ValueModel::fit(&sample, holdout.as_ref(), 2)
}

/// Everything that is said is a number, and chances lie between 0 and 1.
fn assert_sound(facts: &Facts, model: &ValueModel) {
    assert!(model.parameters().values().all(|parameter| parameter.is_finite() && *parameter > 0.0), "{model:?}");
    assert!(model.log_likelihood.is_finite() && model.likelihood_ratio >= 0.0, "{model:?}");
    let mut predictor = Predictor::new(model, &terms());
    for row in 0..facts.len() {
        let Some(customer) = customer(facts, row, day(END)) else { continue };
        let found = predictor.predict(&customer);
        assert!((0.0..=1.0).contains(&found.alive), "{customer:?} {found:?} {model:?}");
        assert!((0.0..=1.0).contains(&found.order_probability), "{customer:?} {found:?} {model:?}");
        assert!(found.expected_orders >= 0.0 && found.expected_orders.is_finite(), "{customer:?} {found:?} {model:?}");
        assert_eq!(found.predicted_value.is_some(), model.spending.is_some());
        assert!(found.predicted_value.is_none_or(|value| value >= 0), "{customer:?} {found:?} {model:?}");
    }
}

#[test]
fn there_must_be_customers_and_some_who_came_back() {
    assert_eq!(fit(&shop(0, |_| vec![])), Err(Unfitted::TooFewCustomers(0)));
    assert_eq!(fit(&shop(1, |_| vec![(9, 100), (2, 100)])), Err(Unfitted::TooFewCustomers(1)));
    assert_eq!(fit(&shop(99, |_| vec![(9, 100), (2, 100)])), Err(Unfitted::TooFewCustomers(99)));
    // Members who never bought are no customers.
    let few = shop(500, |member| if member < 99 { vec![(9, 100), (2, 100)] } else { vec![] });
    assert_eq!(fit(&few), Err(Unfitted::TooFewCustomers(99)));
    assert_eq!(fit(&shop(1_000, |_| vec![(9, 100), (9, 100)])), Err(Unfitted::NobodyCameBack));
    assert!(Unfitted::TooFewCustomers(99).to_string().contains("99 customers"));
}

#[test]
fn a_single_repeat_is_enough_and_is_said_to_be_little() {
    let facts = shop(100, |member| if member == 0 { vec![(9, 100), (2, 250)] } else { vec![(9, 100)] });
    let model = fit(&facts).unwrap();
    assert_sound(&facts, &model);
    assert!(model.notes.iter().any(|note| note.contains("Only 1 of the customers came back")), "{:?}", model.notes);
    assert!(model.notes.iter().any(|note| note.contains("too young for a holdout")), "{:?}", model.notes);
    assert!(!model.dropout_identified && model.backtest.is_none());
}

#[test]
fn customers_who_are_all_alike_are_expected_to_go_on_alike() {
    // Each bought every 10 days for 25.00: neither rates nor chances nor spendings differ.
    let every_ten_days = |_| (0..30).rev().map(|place| (place * 10, 2_500)).collect();
    let facts = shop(200, every_ten_days);
    let model = fit(&facts).unwrap();
    assert_sound(&facts, &model);
    let customer = customer(&facts, 0, day(END)).unwrap();
    assert_close(model.expected_orders(&customer.history, 100), 10.0, 0.02, "orders in 100 days");
    assert_close(model.expected_spending(&customer).unwrap(), 2_500.0, 0.01, "spending");
    assert_eq!(model.spend_frequency_correlation, None);
}

#[test]
fn free_repeats_leave_no_spending_model() {
    let facts = shop(300, |member| vec![(90 + member as u64 % 50, 100), (20, 0), (10, 0)]);
    let model = fit(&facts).unwrap();
    assert_sound(&facts, &model);
    assert!(model.spending.is_none() && model.parameters().len() == 4);
    assert!(
        model.notes.iter().any(|note| note.contains("worth anything. No values are predicted.")),
        "{:?}",
        model.notes
    );
}

#[test]
fn uneven_spending_is_said_to_have_no_mean() {
    // The quantiles of Pareto distributions: below an index of 1 their mean is infinite, just above it is that of a few.
    for index in [0.3, 0.7, 1.02, 1.1, 1.3, 3.0] {
        let spending = |member: usize| {
            let share = (1_000 - member as u64) as f64 / 1_000.0;
            format!("{:.0}", 1_000.0 * share.powf(-1.0 / index)).parse().unwrap()
        };
        let facts =
            shop(1_000, |member| (1..5 + member as u64 % 9).rev().map(|week| (week * 7, spending(member))).collect());
        let model = fit(&facts).unwrap();
        assert_sound(&facts, &model);
        let Some(spending) = model.spending else {
            assert!(index < 3.0 && model.notes.iter().any(|note| note.contains("so uneven")), "{:?}", model.notes);
            continue;
        };
        let ratio = spending.model.mean() / spending.observed_mean;
        assert!(index > 0.5 && (0.2..=5.0).contains(&ratio), "{index}: {ratio} times the mean");
    }
}

#[test]
fn customers_who_all_come_once_more_and_never_again_have_left() {
    let facts = shop(2_000, |member| {
        let first = 700 - member as u64 % 30;
        if member % 2 == 0 {
            vec![(first, 1_000), (first - 7, 900 + (member % 7) as i64)]
        } else {
            vec![(first, 1_000)]
        }
    });
    let model = fit(&facts).unwrap();
    assert_sound(&facts, &model);
    assert!(model.dropout_identified, "{model:?}");
    let twice = customer(&facts, 0, day(END)).unwrap().history;
    assert!(model.order_probability(&twice, 90) < 0.01, "{model:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_was_bought_nothing_breaks(
        shapes in vec(vec((0_u64..40, 0_i64..100_000), 1..15), 1..12),
        stretch in 1_u64..60,
        members in 100_usize..400,
    ) {
        let facts = shop(members, |member| {
            let mut purchases: Vec<(u64, i64)> =
                shapes[member % shapes.len()].iter().map(|(ago, net)| (ago * stretch, *net)).collect();
            purchases.sort_by_key(|(ago, _)| std::cmp::Reverse(*ago));
            purchases
        });
        match fit(&facts) {
            Ok(model) => assert_sound(&facts, &model),
            Err(why) => prop_assert_eq!(why, Unfitted::NobodyCameBack),
        }
    }
}
