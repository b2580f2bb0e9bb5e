//! The sales of CDNOW that come with the clone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use engine::facts::{Builder, Dictionary, Facts, MemberRow, TransactionRow};
use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Rows of the file.
pub(crate) const SALES: f64 = 69_659.0;
/// The file: customer, day, copies, dollars.
pub(crate) const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/cdnow_master_transactions.csv.gz");

/// The facts of its 23,570 customers.
pub(crate) fn facts() -> Result<Facts> {
    let lines = BufReader::new(GzDecoder::new(File::open(FILE)?)).lines();
    let mut customers: BTreeMap<i64, Vec<(NaiveDate, i64)>> = BTreeMap::new();
    for line in lines.skip(1) {
        let line = line?;
        let mut cells = line.trim_end().split(',');
        let mut next = || cells.next().context("a row of CDNOW ends too early");
        let (customer, day, _, dollars): (i64, NaiveDate, &str, Decimal) =
            (next()?.parse()?, next()?.parse()?, next()?, next()?.parse()?);
        let cents = (dollars * Decimal::ONE_HUNDRED).to_i64().context("an amount of CDNOW is too large")?;
        customers.entry(customer).or_default().push((day, cents));
    }
    let mut dictionary = Dictionary::default();
    let mut builder = Builder::new(&mut dictionary);
    for (customer, mut sales) in customers {
        builder.member(&MemberRow::bare(customer));
        sales.sort_by_key(|(day, _)| *day);
        sales.iter().for_each(|(day, cents)| builder.transaction(&TransactionRow::bare(*day, *cents, true)));
    }
    Ok(builder.finish())
}
