//! The documents as both look at them: member, day, what they add to spending, whether they are purchases, category.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, ensure};
use rusqlite::{Connection, OpenFlags};

use crate::cluster::psql_command;
use crate::shop::DAY;

/// Writes the documents of a database into a CSV file, member by member in the order of time. The category is that of the
/// only line; a document without lines, as files of transactions bring them, has none.
pub(crate) fn write_rows(url: &str, file: &Path) -> Result<()> {
    let query = format!(
        "SELECT t.member_id, t.at / {DAY}, CASE t.kind WHEN 'SALE' THEN t.amount ELSE -t.amount END,
            CASE WHEN t.purchase THEN 'true' ELSE 'false' END, substr(i.category, 10)
        FROM \"transaction\" AS t LEFT JOIN transaction_item AS i ON i.transaction_id = t.id
        WHERE t.member_id IS NOT NULL ORDER BY t.member_id, t.at, t.id"
    );
    match url.strip_prefix("sqlite://") {
        Some(path) => sqlite(path, &query, file),
        None => {
            let mut command = psql_command(url, &format!("COPY ({query}) TO STDOUT (FORMAT csv)"));
            let status = command.stdout(File::create(file)?).stdin(Stdio::null()).status()?;
            ensure!(status.success(), "the documents could not be written to {}", file.display());
            Ok(())
        }
    }
}

fn sqlite(path: &str, query: &str, file: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(query)?;
    let (mut rows, mut out) = (statement.query([])?, BufWriter::new(File::create(file)?));
    while let Some(row) = rows.next()? {
        let (member, day, net): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (purchase, category): (String, Option<String>) = (row.get(3)?, row.get(4)?);
        writeln!(out, "{member},{day},{net},{purchase},{}", category.unwrap_or_default())?;
    }
    Ok(out.flush()?)
}
