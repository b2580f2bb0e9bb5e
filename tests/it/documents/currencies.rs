//! Currencies without minor digits and with three of them.

use serde_json::{Value, json};
use tests::{Database, run_with};

use super::sale;
use crate::calls::{RECORD, documents, figures, make, members, metrics, refused, segment};

/// What is read in a currency after sales of `amounts`.
struct Expected {
    code: &'static str,
    amounts: [&'static str; 3],
    /// Has one digit too many.
    too_fine: &'static str,
    spending: &'static str,
    average: &'static str,
    /// A quarter of the spending.
    clv: &'static str,
}

const YEN: Expected = Expected {
    code: "JPY",
    amounts: ["1000", "1", "0"],
    too_fine: "12.5",
    spending: "1001",
    average: "334",
    clv: "250",
};
const DINAR: Expected = Expected {
    code: "KWD",
    amounts: ["1.234", "0.500", "9999999.999"],
    too_fine: "0.0001",
    spending: "10000001.733",
    average: "3333333.911",
    clv: "2500000.433",
};

fn check(database: Database, expected: &'static Expected) {
    let change = |settings: &mut tessera::config::Settings| {
        settings.currency = engine::money::Currency::from_code(expected.code);
        settings.gross_margin = Some("0.25".parse().unwrap());
    };
    run_with(database, change, |app| async move {
        members(&app, &["m1"]).await;
        segment(&app, "s", &["m1"]).await;
        let rows = expected.amounts.iter().enumerate().map(|(row, amount)| sale(&row.to_string(), "m1", amount));
        make(&app, RECORD, rows.collect()).await;
        assert_eq!(refused(&app, RECORD, sale("fine", "m1", expected.too_fine)).await, "amount INVALID");
        let number: Value = serde_json::from_str(expected.too_fine).unwrap();
        let mut row = sale("fine", "m1", "");
        row["amount"] = number;
        assert_eq!(refused(&app, RECORD, row).await, "amount INVALID");
        let found = metrics(&app, "m1").await;
        assert_eq!(found["spending"], expected.spending);
        assert_eq!(found["averageTransactionValue"], expected.average);
        assert_eq!(found["historicClv"], expected.clv);
        let found = figures(&app, "s").await;
        assert_eq!(
            (&found["averageSpending"], &found["averageClv"]),
            (&json!(expected.spending), &json!(expected.clv))
        );
        let shown: Vec<Value> = documents(&app, "m1").await.iter().map(|row| row["amount"].clone()).collect();
        let newest =
            expected.amounts.iter().rev().map(|amount| json!({"amount": amount, "currencyCode": expected.code}));
        assert_eq!(shown.len(), 3);
        newest.for_each(|amount| assert!(shown.contains(&amount), "{amount} is not in {shown:?}"));
    });
}

#[test]
fn yen_have_no_minor_digits_on_sqlite() {
    check(Database::Sqlite, &YEN);
}

#[test]
fn yen_have_no_minor_digits_on_postgres() {
    check(Database::Postgres, &YEN);
}

#[test]
fn dinars_have_three_on_sqlite() {
    check(Database::Sqlite, &DINAR);
}

#[test]
fn dinars_have_three_on_postgres() {
    check(Database::Postgres, &DINAR);
}
