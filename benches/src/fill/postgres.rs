//! PostgreSQL takes rows by COPY, through psql.

use std::io::{BufWriter, Write};
use std::process::{ChildStdin, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Cell, Filler, Rows};
use crate::cluster::psql;

/// A database of PostgreSQL that is filled.
pub(crate) struct Postgres {
    url: String,
    indexes: Vec<String>,
}

impl Postgres {
    /// Takes the indexes off, so that they are built at once in the end.
    pub(crate) fn begin(url: &str) -> Result<Self> {
        let plain = "FROM pg_indexes AS i WHERE schemaname = 'public'
            AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conname = i.indexname)";
        let listed = psql(url, &format!("SELECT replace(indexdef, E'\\n', ' ') {plain} ORDER BY tablename"))?;
        let names = psql(url, &format!("SELECT indexname {plain}"))?;
        for name in names.lines() {
            psql(url, &format!("DROP INDEX \"{name}\""))?;
        }
        Ok(Self { url: url.to_owned(), indexes: listed.lines().map(str::to_owned).collect() })
    }
}

impl Filler for Postgres {
    fn table(&mut self, name: &str, columns: &[&str], fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let copy = format!("COPY {name} ({}) FROM STDIN", columns.join(", "));
        let mut child = crate::cluster::psql_command(&self.url, &copy)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("psql")?;
        let input = child.stdin.take().context("psql takes no input")?;
        let mut lines = Lines(BufWriter::with_capacity(1 << 20, input));
        let filled = fill(&mut lines).and_then(|()| Ok(lines.0.flush()?));
        drop(lines);
        ensure!(child.wait()?.success(), "COPY into {name} failed");
        filled
    }

    fn finish(&mut self) -> Result<()> {
        for index in &self.indexes {
            psql(&self.url, &format!("SET maintenance_work_mem = '512MB'; {index}"))?;
        }
        for table in ["member", "transaction", "points_entry", "segment", "membership_event"] {
            let next = format!("SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), MAX(id)) FROM \"{table}\"");
            psql(&self.url, &next)?;
        }
        psql(&self.url, "VACUUM ANALYZE")?;
        psql(&self.url, "CHECKPOINT")?;
        Ok(())
    }
}

struct Lines(BufWriter<ChildStdin>);

impl Rows for Lines {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.0.write_all(b"\t")?;
            }
            match cell {
                Cell::Null => self.0.write_all(b"\\N")?,
                Cell::Int(number) => write!(self.0, "{number}")?,
                Cell::Real(number) => write!(self.0, "{number}")?,
                Cell::Bool(yes) => self.0.write_all(if *yes { b"t" } else { b"f" })?,
                // No text of the shop holds a sign that COPY reads as more than itself.
                Cell::Text(text) => self.0.write_all(text.as_bytes())?,
            }
        }
        Ok(self.0.write_all(b"\n")?)
    }
}
