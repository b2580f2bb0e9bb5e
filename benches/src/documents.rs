//! The documents of a shop as Tessera, the engine alone and DuckDB look at them: member, day, what they add to spending,
//! whether they are purchases, category.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use engine::calendar::numbered_day;
use engine::facts::{Builder, Dictionary, Facts, ItemRow, MemberRow, TransactionRow};

use crate::csv;
use crate::shop::{DAY, category};

/// So many members stand together, as in the lens.
const CHUNK: usize = 4_096;

/// Writes the documents of a database into a CSV file in a folder, member by member in the order of time. The category is
/// that of the only line; a document without lines, as files of transactions bring them, has none.
pub(crate) fn write(url: &str, folder: &Path) -> Result<PathBuf> {
    let query = format!(
        "SELECT t.member_id, t.at / {DAY}, CASE t.kind WHEN 'SALE' THEN t.amount ELSE -t.amount END,
            CASE WHEN t.purchase THEN 'true' ELSE 'false' END, substr(i.category, 10)
        FROM \"transaction\" AS t LEFT JOIN transaction_item AS i ON i.transaction_id = t.id
        WHERE t.member_id IS NOT NULL ORDER BY t.member_id, t.at, t.id"
    );
    let file = folder.join("documents.csv");
    csv::write(url, &query, &file)?;
    Ok(file)
}

/// Their facts, in chunks as the lens has them.
pub(crate) fn facts(documents: &Path) -> Result<(Vec<Facts>, Dictionary)> {
    let (mut chunks, mut dictionary) = (Vec::new(), Dictionary::default());
    let mut lines = BufReader::new(File::open(documents)?).lines().map(|line| Row::read(&line?)).peekable();
    while lines.peek().is_some() {
        let mut builder = Builder::new(&mut dictionary);
        let (mut members, mut last) = (0, 0);
        loop {
            let is_full = |row: &Result<Row>| members == CHUNK && row.as_ref().is_ok_and(|row| row.member != last);
            if lines.peek().is_some_and(is_full) {
                break;
            }
            let Some(row) = lines.next().transpose()? else { break };
            if row.member != last {
                (last, members) = (row.member, members + 1);
                builder.member(&MemberRow::bare(row.member));
            }
            builder.transaction(&TransactionRow::bare(row.day, row.net, row.purchase));
            if let Some(name) = row.category.map(category) {
                builder.item(&ItemRow { amount: row.net.abs(), sku: "1", brand: None, category: Some(&name) });
            }
        }
        let mut facts = builder.finish();
        facts.compact();
        chunks.push(facts);
    }
    Ok((chunks, dictionary))
}

struct Row {
    member: i64,
    day: NaiveDate,
    net: i64,
    purchase: bool,
    /// None of a document without lines.
    category: Option<usize>,
}

impl Row {
    fn read(line: &str) -> Result<Self> {
        let mut cells = line.trim_end().split(',');
        let mut next = || cells.next().context("a row ends too early");
        Ok(Self {
            member: next()?.parse()?,
            day: numbered_day(next()?.parse()?),
            net: next()?.parse()?,
            purchase: next()? == "true",
            category: Some(next()?).filter(|category| !category.is_empty()).map(str::parse).transpose()?,
        })
    }
}
