//! The documents as both look at them: member, day, what they add to spending, whether they are purchases, category.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::cluster::psql_command;
use crate::shop::DAY;

/// Writes the documents of a database into a CSV file, member by member in the order of time.
pub(crate) fn write_rows(url: &str, file: &Path) -> Result<()> {
    let query = format!(
        "SELECT t.member_id, t.at / {DAY}, CASE t.kind WHEN 'SALE' THEN t.amount ELSE -t.amount END,
            CASE WHEN t.purchase THEN 'true' ELSE 'false' END, substr(i.category, 10)
        FROM \"transaction\" AS t JOIN transaction_item AS i ON i.transaction_id = t.id
        WHERE t.member_id IS NOT NULL ORDER BY t.member_id, t.at, t.id"
    );
    let mut command = match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut command = Command::new("sqlite3");
            command.args(["-csv", path, &query]);
            command
        }
        None => psql_command(url, &format!("COPY ({query}) TO STDOUT (FORMAT csv)")),
    };
    let status = command.stdout(File::create(file)?).stdin(Stdio::null()).status()?;
    ensure!(status.success(), "the documents could not be written to {}", file.display());
    Ok(())
}
