//! Inputs that break the published formula in floats, against numbers of 60 digits; and the series against the integral.

use proptest::prelude::*;
use serde::Deserialize;

use crate::value::quadrature::expected_by_quadrature;
use crate::value::{Past, PurchaseModel};

#[derive(Deserialize)]
struct Row {
    case: String,
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    t: f64,
    x: f64,
    t_x: f64,
    #[serde(rename = "T")]
    age: f64,
    expected_mp60: f64,
    p_alive_mp60: f64,
    /// The limit, where the printed form is 0 · ∞.
    euler_series: f64,
}

impl Row {
    fn expected(&self) -> f64 {
        if self.expected_mp60.is_nan() { self.euler_series } else { self.expected_mp60 }
    }
}

fn rows() -> Vec<Row> {
    let text = include_bytes!("../../../../tests/data/bgnbd_numeric_torture.csv");
    csv::Reader::from_reader(&text[..]).into_deserialize().map(Result::unwrap).collect()
}

#[test]
fn nothing_breaks_and_every_digit_is_right() {
    let rows = rows();
    assert_eq!(rows.len(), 22);
    for row in rows {
        let model = PurchaseModel { r: row.r, alpha: row.alpha, a: row.a, b: row.b };
        let past = Past { repeats: row.x, last: row.t_x, age: row.age };
        let alive = model.alive(&past);
        let series = model.expected_orders(&past, row.t);
        let integral = alive * expected_by_quadrature(&model, &past, &[row.t])[0];
        for (what, found, expected, tolerance) in [
            ("alive", alive, row.p_alive_mp60, 1e-12),
            ("expected", series, row.expected(), 1e-12),
            ("expected by the integral", integral, row.expected(), 1e-10),
        ] {
            // What is below the smallest float is 0.
            let error = (found - expected).abs();
            assert!(error <= tolerance * expected.abs(), "{what}, {}: {found:e} for {expected:e}", row.case);
        }
        let chance = model.order_probability(&past, row.t);
        assert!((0.0..=alive).contains(&chance) && chance <= series + 1e-15, "{}: {chance}", row.case);
    }
}

/// Parameters and histories of any size: logarithms over many powers of ten.
fn anything() -> impl Strategy<Value = (PurchaseModel, Past, f64)> {
    let power = |least: f64, most: f64| (least..most).prop_map(|power| 10_f64.powf(power));
    let model = (power(-4.0, 4.0), power(-4.0, 5.0), power(-5.0, 3.0), power(-5.0, 4.5));
    let model = model.prop_map(|(r, alpha, a, b)| PurchaseModel { r, alpha, a, b });
    let past = (0_u32..300, 0_u32..4000, 0_u32..4000).prop_map(|(repeats, last, rest)| {
        let repeats = f64::from(repeats.min(last));
        let last = if repeats == 0.0 { 0.0 } else { f64::from(last) / 7.0 };
        Past { repeats, last, age: last + f64::from(rest) / 7.0 }
    });
    (model, past, (1_u32..2000).prop_map(|days| f64::from(days) / 7.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_series_is_the_integral((model, past, weeks) in anything()) {
        let alive = model.alive(&past);
        prop_assert!((0.0..=1.0).contains(&alive), "{alive}");
        let spans = [weeks / 4.0, weeks / 2.0, weeks, 0.0];
        let found = model.orders_while_alive(&past, &spans).map(|orders| alive * orders);
        let integral = expected_by_quadrature(&model, &past, &spans);
        for lane in 0..4 {
            let (found, integral) = (found[lane], alive * integral[lane]);
            prop_assert!((found - integral).abs() <= 1e-9 * integral.abs(), "{lane}: {found:e} for {integral:e}");
            let alone = model.expected_orders(&past, spans[lane]);
            prop_assert!((found - alone).abs() <= 1e-9 * alone.abs(), "{lane}: {found:e} for {alone:e}");
            let chance = model.order_probability(&past, spans[lane]);
            prop_assert!((0.0..=1.0).contains(&chance) && chance <= found * (1.0 + 1e-9), "{chance:e} above {found:e}");
        }
        let rises = |one: f64, other: f64| one <= other * (1.0 + 1e-9);
        prop_assert!(rises(found[0], found[1]) && rises(found[1], found[2]) && found[3] == 0.0, "{found:?}");
    }
}
