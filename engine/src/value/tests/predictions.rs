//! Predictions of one customer after another.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::assert_close;
use super::numbers::{reference_model, terms};
use crate::value::notes::notes;
use crate::value::{Customer, FittedSpending, History, Predictor, Terms, ValueModel};

fn customer() -> impl Strategy<Value = Customer> {
    (0_u32..30, 0_u32..900, 0_u32..900, 0_i64..1_000_000).prop_map(|(repeats, last, rest, sum)| {
        let repeats = repeats.min(last);
        let last = if repeats == 0 { 0 } else { last };
        let repeat_spending = if repeats == 0 { 0 } else { sum };
        Customer { history: History { repeats, last, age: last + rest }, repeat_spending }
    })
}

proptest! {
    #[test]
    fn they_are_what_the_model_says_month_by_month(customers in prop::collection::vec(customer(), 1..20)) {
        let model = reference_model();
        let margin = Decimal::new(35, 2);
        let terms = Terms { gross_margin: margin, expected_days: 365, ..terms() };
        let mut predictor = Predictor::new(&model, &terms);
        for customer in customers {
            let found = predictor.predict(&customer);
            prop_assert_eq!(found, Predictor::new(&model, &terms).predict(&customer));
            let (history, past) = (customer.history, customer.history.past());
            prop_assert_eq!(found.alive, model.purchases.alive(&past));
            prop_assert_eq!(found.order_probability, model.order_probability(&history, 90));
            let expected = model.expected_orders(&history, 365);
            prop_assert!((found.expected_orders - expected).abs() <= 1e-12 * expected);
            let orders = |month: i32| model.purchases.expected_orders(&past, f64::from(month) * 365.25 / 84.0);
            let months = (1..=12).map(|month| (orders(month) - orders(month - 1)) / 1.01_f64.powi(month));
            let spending = model.expected_spending(&customer).unwrap();
            let value = months.sum::<f64>() * spending * 0.35;
            prop_assert!((found.predicted_value.unwrap() as f64 - value).abs() <= 0.5 + 1e-9 * value);
            prop_assert!((found.expected_spending.unwrap() as f64 - spending).abs() <= 0.5);
        }
    }
}

#[test]
fn without_a_spending_model_no_amount_is_predicted() {
    let model = ValueModel { spending: None, ..reference_model() };
    let history = History { repeats: 3, last: 100, age: 200 };
    let found = Predictor::new(&model, &terms()).predict(&Customer { history, repeat_spending: 9_000 });
    assert_eq!((found.expected_spending, found.predicted_value), (None, None));
    assert!(found.expected_orders > 0.0 && found.order_probability > 0.0);
}

#[test]
fn amounts_do_not_depend_on_the_digits_of_the_currency() {
    let model = reference_model();
    let history = History { repeats: 2, last: 213, age: 272 };
    let dinar = ValueModel { minor_digits: 3, ..model.clone() };
    let of = |model: &ValueModel, sum| model.expected_spending(&Customer { history, repeat_spending: sum }).unwrap();
    assert_close(of(&dinar, 44_690), 10.0 * of(&model, 4_469), 1e-14, "spending");
}

#[test]
fn a_model_comes_back_from_json_as_it_was() {
    let model = ValueModel { notes: vec!["“Ż”".to_owned()], ..reference_model() };
    let json = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<ValueModel>(&json).unwrap(), model);
}

#[test]
fn a_reader_is_told_where_the_spending_model_does_not_fit() {
    let told = |correlation: Option<f64>, observed_mean: f64| {
        let spending = reference_model().spending.map(|fitted| FittedSpending { observed_mean, ..fitted });
        let model = ValueModel { spend_frequency_correlation: correlation, spending, ..reference_model() };
        notes(&model, None, Some(None))
    };
    // The model's mean is 35.17.
    assert_eq!(told(Some(0.11), 35.0), Vec::<String>::new());
    assert!(told(Some(0.11), 17.0)[0].contains("far from the observed one"));
    assert!(told(None, 71.0)[0].contains("far from the observed one"));
    assert!(told(Some(0.42), 35.0)[0].contains("spend more each time (correlation 0.42)"));
    assert!(told(Some(-0.42), 35.0)[0].contains("spend less each time (correlation -0.42)"));
}
