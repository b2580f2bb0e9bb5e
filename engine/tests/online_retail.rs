//! The value model on Online Retail, where dropping out cannot be told from buying rarely.

// A test says what went wrong by failing there.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use engine::facts::{Builder, Dictionary, Facts, MemberRow, TransactionRow};
use engine::money::Currency;
use engine::value::{Holdout, Predictor, Sample, Terms, ValueModel, customer};
use rust_decimal::Decimal;

/// The invoices of each customer in the order of time; one below 0 takes back.
fn facts(text: &[u8]) -> Facts {
    let pound = Currency::from_code("GBP").unwrap();
    let mut customers: BTreeMap<i64, Vec<(NaiveDate, i64)>> = BTreeMap::new();
    for row in csv::Reader::from_reader(text).records() {
        let row = row.unwrap();
        let Ok(id) = row[2].parse() else { continue };
        let at: NaiveDateTime = row[1].replace(' ', "T").parse().unwrap();
        let net: Decimal = row[6].parse().unwrap();
        customers.entry(id).or_default().push((at.date(), pound.minor(net).unwrap()));
    }
    let mut dictionary = Dictionary::default();
    let mut builder = Builder::new(&mut dictionary);
    for (id, mut invoices) in customers {
        builder.member(&MemberRow::bare(id));
        invoices.sort_by_key(|(day, _)| *day);
        for (day, net) in invoices {
            builder.transaction(&TransactionRow::bare(day, net, net >= 0));
        }
    }
    builder.finish()
}

#[test]
fn it_says_that_dropout_cannot_be_told_and_does_not_break() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/online_retail/online_retail_invoices.csv");
    let Ok(text) = std::fs::read(&path) else {
        println!("LEFT OUT: {} is not there, so that the model was not tested on Online Retail.", path.display());
        eprintln!("LEFT OUT: {} is not there, so that the model was not tested on Online Retail.", path.display());
        return;
    };
    let facts = facts(&text);
    assert_eq!(facts.len(), 4_372);
    let end = "2011-12-09".parse().unwrap();
    let sample = Sample::gather(&facts, end);
    let holdout = sample.holdout_days().map(|days| Holdout::gather(&facts, end, days));
    let model = ValueModel::fit(&sample, holdout.as_ref(), 2).unwrap();
    println!("{model:#?}");
    assert!(!model.dropout_identified && model.likelihood_ratio < 6.0, "{model:?}");
    assert!(model.notes.iter().any(|note| note.contains("chances of an order still hold")), "{:?}", model.notes);
    let terms =
        Terms { gross_margin: Decimal::ONE, monthly_discount: Decimal::new(1, 2), order_days: 90, expected_days: 365 };
    let mut predictor = Predictor::new(&model, &terms);
    for customer in (0..facts.len()).filter_map(|row| customer(&facts, row, end)) {
        let found = predictor.predict(&customer);
        assert!((0.0..=1.0).contains(&found.alive), "{customer:?}: {found:?}");
        assert!((0.0..=1.0).contains(&found.order_probability), "{customer:?}: {found:?}");
        assert!(found.expected_orders.is_finite() && found.expected_orders > 0.0, "{customer:?}: {found:?}");
    }
    let backtest = model.backtest.unwrap();
    assert!(backtest.calibration.iter().all(|tenth| (tenth.predicted - tenth.actual).abs() < 0.15), "{backtest:?}");
}
