//! Fifty customers of CDNOW's sample, computed with 50 digits at the parameters of the reference.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::{assert_close, day};
use crate::value::predict::{Outlook, Predictor};
use crate::value::{Customer, FittedSpending, History, PurchaseModel, SpendingModel, Terms, ValueModel};

#[derive(Deserialize)]
struct Row {
    customer_id: String,
    x: u32,
    t_x_days: u32,
    #[serde(rename = "T_days")]
    age_days: u32,
    zbar: f64,
    p_alive: f64,
    exp_purchases_39w: f64,
    exp_purchases_52w: f64,
    exp_avg_spend: f64,
    clv_12m_calendar_1pct: f64,
    bg_p_order_90d: f64,
}

/// The model of CDNOW's sample with the parameters as the reference has them.
pub(super) fn reference_model() -> ValueModel {
    let reference: Value = serde_json::from_str(include_str!("../../../../tests/data/cdnow_models.json")).unwrap();
    let sample = &reference["cdnow_sample"];
    let [bgnbd, gamma_gamma] = ["bgnbd", "gamma_gamma"].map(|model| &sample[model]);
    let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
    let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|name| number(bgnbd, name));
    let [p, q, v] = ["p", "q", "v"].map(|name| number(gamma_gamma, name));
    let log_likelihood = number(gamma_gamma, "ll");
    let observed_mean = number(gamma_gamma, "population_mean");
    let spending = FittedSpending { model: SpendingModel { p, q, v }, log_likelihood, customers: 946, observed_mean };
    ValueModel {
        as_of: day("1997-09-30"),
        customers: 2357,
        repeat_customers: 946,
        purchases: PurchaseModel { r, alpha, a, b },
        log_likelihood: number(bgnbd, "ll"),
        log_likelihood_without_dropout: number(bgnbd, "ll") - 40.0,
        likelihood_ratio: 80.0,
        dropout_identified: true,
        spending: Some(spending),
        spend_frequency_correlation: None,
        minor_digits: 2,
        backtest: None,
        notes: Vec::new(),
    }
}

pub(super) fn terms() -> Terms {
    let hundredth = Decimal::new(1, 2);
    Terms { gross_margin: Decimal::ONE, monthly_discount: hundredth, order_days: 90, expected_days: 364 }
}

#[test]
fn fifty_customers_agree_to_nine_digits() {
    let model = reference_model();
    let mut predictor = Predictor::new(&model, &terms());
    let text = include_bytes!("../../../../tests/data/cdnow_sample_50_customers_mp50.csv");
    let rows: Vec<Row> = csv::Reader::from_reader(&text[..]).into_deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 50);
    for row in rows {
        let history = History { repeats: row.x, last: row.t_x_days, age: row.age_days };
        let sum = row.zbar * f64::from(row.x) * 100.0;
        let customer = Customer { history, repeat_spending: format!("{sum:.0}").parse().unwrap() };
        let (alive, outlook) = predictor.outlook(&customer);
        let Outlook { order_probability, expected_orders, discounted_orders } = outlook;
        let spending = model.expected_spending(&customer).unwrap();
        let value = discounted_orders * spending;
        // The reference spells mean spendings with ten digits after the point.
        let figures = [
            ("alive", alive, row.p_alive),
            ("chance", order_probability, row.bg_p_order_90d),
            ("39 weeks", model.expected_orders(&history, 39 * 7), row.exp_purchases_39w),
            ("52 weeks", expected_orders, row.exp_purchases_52w),
            ("spending", spending / 100.0, row.exp_avg_spend),
            ("value", value / 100.0, row.clv_12m_calendar_1pct),
        ];
        for (what, found, expected) in figures {
            assert_close(found, expected, 1e-9, &format!("{what} of {}", row.customer_id));
        }
        let shown = predictor.predict(&customer);
        assert_eq!(shown.predicted_value.unwrap().to_string(), format!("{value:.0}"));
        assert_eq!(shown.expected_spending.unwrap().to_string(), format!("{spending:.0}"));
        assert_eq!((shown.alive, shown.order_probability), (alive, order_probability));
        assert_eq!(shown.expected_orders, expected_orders);
    }
}
