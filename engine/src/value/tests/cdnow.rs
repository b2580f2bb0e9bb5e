//! CDNOW, on which the models were published: the parameters, the holdout of 39 weeks, every week of it.

use chrono::NaiveDate;
use serde_json::Value;

use super::shop::{cdnow, cdnow_sample};
use super::{assert_close, day};
use crate::facts::Facts;
use crate::value::{History, Holdout, Past, PurchaseModel, Sample, SpendingModel, ValueModel, customer};

const CALIBRATED: &str = "1997-09-30";
const END: &str = "1998-06-30";
const HOLDOUT_DAYS: u32 = 273;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../../../tests/data/cdnow_models.json")).unwrap()
}

fn fitted(facts: &Facts) -> ValueModel {
    ValueModel::fit(&Sample::gather(facts, day(CALIBRATED)), None, 2).unwrap()
}

fn assert_reference(model: &ValueModel, of: &Value) {
    let number = |model: &str, name: &str| of[model][name].as_f64().unwrap();
    for (name, found) in model.parameters() {
        let paper = if ["p", "q", "v"].contains(&name) { "gamma_gamma" } else { "bgnbd" };
        assert_close(found, number(paper, name), 1e-6, name);
    }
    assert_eq!(model.parameters().len(), 7);
    let spending = model.spending.unwrap();
    assert!((model.log_likelihood - number("bgnbd", "ll")).abs() < 1e-5, "{}", model.log_likelihood);
    assert!((spending.log_likelihood - number("gamma_gamma", "ll")).abs() < 1e-5, "{}", spending.log_likelihood);
    assert_eq!(Some(model.customers), of["n"].as_u64());
    assert_eq!(Some(spending.customers), of["gamma_gamma"]["n"].as_u64());
    let free = of["gamma_gamma"]["excluded_repeat_with_zero_spend"].as_u64().unwrap();
    assert_eq!(model.repeat_customers - spending.customers, free);
    assert_eq!(model.notes.iter().any(|note| note.contains("worth nothing")), free > 0, "{:?}", model.notes);
    assert_close(spending.model.mean(), number("gamma_gamma", "population_mean"), 1e-6, "mean spending");
    let correlation = number("gamma_gamma", "corr_frequency_monetary");
    assert_close(model.spend_frequency_correlation.unwrap(), correlation, 1e-9, "correlation");
    assert!(model.dropout_identified && model.likelihood_ratio > 6.0, "{}", model.likelihood_ratio);
}

#[test]
fn the_sample_has_the_parameters_of_the_reference_and_of_the_papers() {
    let model = fitted(&cdnow_sample());
    assert_reference(&model, &reference()["cdnow_sample"]);
    let PurchaseModel { r, alpha, a, b } = model.purchases;
    let spending = model.spending.unwrap();
    let SpendingModel { p, q, v } = spending.model;
    // Fader, Hardie and Lee (2005), table 2; Fader and Hardie (2013).
    let published = [
        (r, 0.243, 5e-4),
        (alpha, 4.414, 5e-4),
        (a, 0.793, 5e-4),
        (b, 2.426, 5e-4),
        (model.log_likelihood, -9582.4, 0.05),
        (p, 6.25, 5e-3),
        (q, 3.74, 5e-3),
        (v, 15.44, 5e-3),
        (spending.log_likelihood, -4055.9177, 5e-5),
    ];
    for (found, expected, tolerance) in published {
        assert!((found - expected).abs() <= tolerance, "{found} for {expected}");
    }
}

#[test]
fn everybody_has_the_parameters_of_the_reference() {
    assert_reference(&fitted(&cdnow()), &reference()["cdnow_full"]);
}

/// Hardie's notes print them for the parameters of table 2 with more digits, from a spreadsheet that cuts the series off;
/// other packages' tests for the rounded ones.
#[test]
fn the_printed_examples_come_out() {
    let published = &reference()["published"];
    let model = |name: &str| {
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|parameter| published[name][parameter].as_f64().unwrap());
        PurchaseModel { r, alpha, a, b }
    };
    let (exact, rounded) = (model("bgnbd_more_digits"), model("bgnbd"));
    let new = History::default().past();
    for (weeks, expected) in published["examples"]["expected_purchases_t"].as_object().unwrap() {
        let found = exact.expected_orders(&new, weeks.parse().unwrap());
        assert!((found - expected.as_f64().unwrap()).abs() < 5e-4, "{weeks}: {found} for {expected}");
    }
    let past = Past { repeats: 2.0, last: 30.43, age: 38.86 };
    assert!((exact.expected_orders(&past, 39.0) - 1.226).abs() < 5e-4);
    let none = published["prob_n"]["P_X39_eq_0"].as_f64().unwrap();
    assert_close(1.0 - rounded.order_probability(&new, 39.0), none, 1e-6, "no order");
}

/// What was expected of customers with so many repeats, seven standing for more, and what they bought.
fn by_repeats(facts: &Facts, model: &ValueModel) -> Vec<[f64; 4]> {
    let mut bins = vec![[0.0; 4]; 8];
    for row in 0..facts.len() {
        let at = |date: &str| customer(facts, row, day(date)).unwrap().history;
        let (before, after) = (at(CALIBRATED), at(END));
        let [customers, actual, expected, alive] = &mut bins[before.repeats.min(7) as usize];
        *customers += 1.0;
        *actual += f64::from(after.repeats - before.repeats);
        *expected += model.expected_orders(&before, HOLDOUT_DAYS);
        *alive += model.purchases.alive(&before.past());
    }
    bins
}

#[test]
fn a_holdout_of_39_weeks_is_as_the_reference_says() {
    for (name, facts) in [("cdnow_sample", cdnow_sample()), ("cdnow_full", cdnow())] {
        let reference = &reference()[name];
        let backtest = Holdout::gather(&facts, day(END), HOLDOUT_DAYS).backtest().unwrap();
        assert_eq!((backtest.cut, backtest.days, backtest.order_days), (day(CALIBRATED), HOLDOUT_DAYS, 90));
        let bins = by_repeats(&facts, &fitted(&facts));
        let expected = reference["by_calibration_frequency_7plus"].as_array().unwrap();
        assert_eq!((backtest.holdout.len(), expected.len()), (8, 8));
        for ((point, bin), expected) in backtest.holdout.iter().zip(bins).zip(expected) {
            let of = |name: &str| expected[name].as_f64().unwrap();
            assert_eq!(u64::from(point.past_orders), expected["bin"].as_u64().unwrap() + 1);
            assert_eq!(Some(point.customers), expected["customers"].as_u64());
            // Both by themselves: once with the back-test, once with the questions about one customer.
            for (actual, predicted) in [(point.actual, point.predicted), (bin[1] / bin[0], bin[2] / bin[0])] {
                assert_close(actual, of("actual_mean"), 1e-9, "actual");
                assert_close(predicted, of("expected_mean"), 1e-6, "predicted");
            }
            assert_close(bin[3] / bin[0], of("p_alive_mean"), 1e-6, "alive");
        }
        let sum = |index: usize| bins_sum(&by_repeats(&facts, &fitted(&facts)), index);
        assert_close(sum(2), reference["totals"]["expected_39w"].as_f64().unwrap(), 1e-6, "expected in all");
        assert_close(sum(1), reference["totals"]["actual_39w"].as_f64().unwrap(), 1e-12, "orders in all");
    }
}

fn bins_sum(bins: &[[f64; 4]], index: usize) -> f64 {
    bins.iter().map(|bin| bin[index]).sum()
}

#[test]
fn chances_of_an_order_are_calibrated() {
    let backtest = Holdout::gather(&cdnow(), day(END), HOLDOUT_DAYS).backtest().unwrap();
    let tenths = &backtest.calibration;
    assert_eq!(tenths.iter().map(|tenth| tenth.customers).sum::<u64>(), 23_570);
    assert!(tenths.len() > 4 && tenths.is_sorted_by(|one, other| one.predicted < other.predicted), "{tenths:?}");
    for tenth in tenths {
        println!("{tenth:?}");
        assert!((tenth.predicted - tenth.actual).abs() < 0.08, "{tenth:?}");
    }
    assert!(tenths[tenths.len() - 1].actual > 6.0 * tenths[0].actual, "{tenths:?}");
}

#[test]
fn every_week_is_expected_as_the_reference_says() {
    let facts = cdnow_sample();
    let model = fitted(&facts);
    let rows = csv::Reader::from_reader(&include_bytes!("../../../../tests/data/cdnow_sample_weekly_tracking.csv")[..]);
    let begin = day("1996-12-31");
    let at = |row: usize, date: NaiveDate| customer(&facts, row, date).map(|customer| customer.history);
    let mut weeks = 0;
    for week in rows.into_deserialize::<(u64, u32, f64)>() {
        let (week, actual, expected) = week.unwrap();
        let end = begin + chrono::Days::new(7 * week);
        let customers: Vec<History> = (0..facts.len()).filter_map(|row| at(row, end)).collect();
        assert_eq!(customers.iter().map(|history| history.repeats).sum::<u32>(), actual, "week {week}");
        let of_new = |history: &History| model.expected_orders(&History::default(), history.age);
        assert_close(customers.iter().map(of_new).sum(), expected, 1e-6, &format!("week {week}"));
        weeks += 1;
    }
    assert_eq!(weeks, 78);
}
