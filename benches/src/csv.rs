//! What a query of the database finds, as a CSV file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, bail, ensure};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::cluster::psql_command;

/// Writes the rows of a query whose texts hold neither commas nor quotes; nothing stands for null.
pub(crate) fn write(url: &str, query: &str, file: &Path) -> Result<()> {
    match url.strip_prefix("sqlite://") {
        Some(path) => sqlite(path, query, file),
        None => {
            let mut command = psql_command(url, &format!("COPY ({query}) TO STDOUT (FORMAT csv)"));
            let status = command.stdout(File::create(file)?).stdin(Stdio::null()).status()?;
            ensure!(status.success(), "the rows could not be written to {}", file.display());
            Ok(())
        }
    }
}

fn sqlite(path: &str, query: &str, file: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let (mut rows, mut out) = (statement.query([])?, BufWriter::new(File::create(file)?));
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            let end = if column + 1 < columns { ',' } else { '\n' };
            match row.get_ref(column)? {
                ValueRef::Null => write!(out, "{end}")?,
                ValueRef::Integer(number) => write!(out, "{number}{end}")?,
                ValueRef::Text(text) => write!(out, "{}{end}", std::str::from_utf8(text)?)?,
                other => bail!("{other:?} is no whole number and no text"),
            }
        }
    }
    Ok(out.flush()?)
}
