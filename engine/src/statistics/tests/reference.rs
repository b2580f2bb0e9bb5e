//! Against published numbers, and against scipy and statsmodels.

use serde_json::Value;

use super::super::distributions::{normal_both_tails, normal_distance, student_both_tails, student_distance};
use super::super::{Mean, Moments, Proportion, newcombe, power, smallest_detectable, split_probability, welch, wilson};
use super::{assert_close, reference};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn count(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn share(value: &Value) -> Proportion {
    Proportion { part: count(&value[0]), whole: count(&value[1]) }
}

/// Newcombe (1998), table II, method 10, to the digits that are printed there.
#[test]
fn newcombe_has_published_intervals() {
    let table = [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ];
    for (one, other, (low, high)) in table {
        let [one, other] = [one, other].map(|(part, whole)| Proportion { part, whole });
        let found = newcombe(one, other).unwrap();
        assert!((found.low - low).abs() < 5.1e-5 && (found.high - high).abs() < 5.1e-5, "{one:?} {other:?}: {found:?}");
    }
}

#[test]
fn newcombe_is_as_in_statsmodels() {
    for case in reference("newcombe") {
        let found = newcombe(share(&case["one"]), share(&case["other"])).unwrap();
        let what = case.to_string();
        assert!((found.low - number(&case["low"])).abs() < 1e-12, "{what}: {found:?}");
        assert!((found.high - number(&case["high"])).abs() < 1e-12, "{what}: {found:?}");
        assert_close(found.p_value, number(&case["p"]), 1e-7, &what);
    }
}

#[test]
fn wilson_is_as_in_statsmodels() {
    for case in reference("wilson") {
        let share = Proportion { part: count(&case["part"]), whole: count(&case["whole"]) };
        let (low, high) = wilson(share, 0.95).unwrap();
        assert!((low - number(&case["low"])).abs() < 1e-14, "{case}: {low}");
        assert!((high - number(&case["high"])).abs() < 1e-14, "{case}: {high}");
    }
    // Newcombe (1998a), table I: 81 of 263 and 15 of 148.
    for ((part, whole), (low, high)) in [((81, 263), (0.2553, 0.3662)), ((15, 148), (0.0624, 0.1605))] {
        let found = wilson(Proportion { part, whole }, 0.95).unwrap();
        assert!((found.0 - low).abs() < 5.1e-5 && (found.1 - high).abs() < 5.1e-5, "{found:?}");
    }
}

#[test]
fn welch_is_as_in_scipy() {
    for case in reference("welch") {
        let moments = |side: &Value| {
            let part = |place: usize| side[place].as_str().unwrap();
            let (sum, squares) = (part(1).parse().unwrap(), part(2).parse().unwrap());
            Moments { count: part(0).parse().unwrap(), sum, squares }
        };
        let [one, other] = [&case["one"], &case["other"]].map(moments);
        let what = case.to_string();
        for (side, moments) in [one, other].iter().enumerate() {
            assert_close(moments.variance().unwrap(), number(&case["variances"][side]), 1e-14, &what);
        }
        let [one, other] = [one, other].map(|moments| Mean::of(&moments).unwrap());
        let found = welch(&one, &other).unwrap();
        // Of means as large as 10^12 a float has three digits after the point left.
        let tolerance = if one.value.abs() > 1e9 { 1e-3 } else { 1e-9 };
        assert_close(found.value, number(&case["value"]), tolerance, &what);
        assert_close(found.high - found.low, number(&case["high"]) - number(&case["low"]), tolerance, &what);
        assert_close(found.p_value, number(&case["p"]), tolerance.max(1e-8), &what);
    }
}

#[test]
fn tails_and_quantiles_are_as_in_scipy() {
    assert_close(normal_distance(0.95), 1.959_963_984_540_054, 1e-15, "normal");
    assert_close(normal_both_tails(1.959_963_984_540_054), 0.05, 1e-14, "normal");
    assert_close(normal_both_tails(-10.0), 1.523_970_604_832_105_3e-23, 1e-13, "normal");
    for case in reference("student") {
        let [degrees, t, p, distance] = ["degrees", "t", "p", "distance"].map(|name| number(&case[name]));
        assert_close(student_both_tails(t, degrees), p, 2e-9, &case.to_string());
        assert_close(student_distance(0.95, degrees), distance, 1e-10, &case.to_string());
    }
}

#[test]
fn lopsided_splits_are_as_in_scipy() {
    for case in reference("split") {
        let found = split_probability(count(&case["first"]), count(&case["second"]), number(&case["share"])).unwrap();
        assert_close(found, number(&case["p"]), 1e-10, &case.to_string());
    }
    assert_eq!(split_probability(0, 0, 0.5), None);
    assert_eq!((split_probability(5, 0, 1.0), split_probability(0, 5, 0.0)), (None, None));
}

#[test]
fn power_is_as_in_statsmodels() {
    let mut found = 0;
    for case in reference("power") {
        let (base, first, second) = (number(&case["base"]), count(&case["first"]), count(&case["second"]));
        let difference = number(&case["difference"]);
        assert_close(power(base, difference, first, second), number(&case["power"]), 1e-12, &case.to_string());
        match (smallest_detectable(base, first, second), case["detectable"].as_f64()) {
            (Some(detectable), Some(expected)) => {
                assert_close(detectable, expected, 1e-9, &case.to_string());
                found += 1;
            }
            (detectable, expected) => assert_eq!(detectable, expected, "{case}"),
        }
    }
    assert!(found >= 20, "{found}");
    assert_eq!(smallest_detectable(0.1, 0, 10), None);
    assert_eq!(smallest_detectable(0.1, 10, 0), None);
    assert_eq!(smallest_detectable(1.0, 1_000, 1_000), None);
}
