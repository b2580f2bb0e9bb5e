//! DuckDB with the rows of a shop in its memory.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Question;
use crate::csv;
use crate::python::{self, Script};
use crate::shop::{DAY, NOW};

/// A DuckDB that is asked one figure after the other.
pub(crate) struct DuckDb {
    script: Script,
    /// Its version.
    pub(crate) version: String,
}

/// What it says.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) seconds: f64,
    /// The form of the question in which it answers soonest.
    pub(crate) form: String,
    pub(crate) answer: Value,
}

#[derive(Deserialize)]
struct Hello {
    version: String,
}

/// The first one is run, the others it imports.
const FILES: [(&str, &str); 3] = [
    ("insights.py", include_str!("../../duckdb/insights.py")),
    ("figures.py", include_str!("../../duckdb/figures.py")),
    ("shop.py", include_str!("../../duckdb/shop.py")),
];

impl DuckDb {
    /// Reads the rows of a database, the documents of whose members stand in a folder already.
    pub(crate) fn load(cache: &Path, url: &str, folder: &Path) -> Result<Self> {
        let written: Vec<PathBuf> = write(url, folder)?;
        let today = (NOW / DAY).to_string();
        let mut script =
            Script::start(&python::duckdb(cache)?, &cache.join("duckdb"), &FILES, &[folder, Path::new(&today)])?;
        let Hello { version } = serde_json::from_value(script.answer()?)?;
        for file in written {
            std::fs::remove_file(file)?;
        }
        Ok(Self { script, version })
    }

    /// Asks for a figure.
    pub(crate) fn ask(&mut self, question: &Question) -> Result<Answer> {
        let answer: Answer =
            serde_json::from_value(self.script.ask(&json!({"name": question.name, "with": question.with}))?)?;
        ensure!(answer.seconds > 0.0, "DuckDB took no time for {}", question.name);
        Ok(answer)
    }
}

/// Writes what DuckDB needs beside the documents of members.
fn write(url: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let purchase = "CASE WHEN purchase THEN 'true' ELSE 'false' END";
    let tables = [
        (
            "unnamed",
            format!(
                "SELECT at / {DAY}, CASE kind WHEN 'SALE' THEN amount ELSE -amount END, {purchase} FROM \"transaction\"
                WHERE member_id IS NULL"
            ),
        ),
        (
            "members",
            "SELECT id, CASE WHEN enrolled_at IS NULL THEN 'false' ELSE 'true' END, country FROM member
            WHERE erased_at IS NULL"
                .to_owned(),
        ),
        (
            "points",
            format!("SELECT member_id, at / {DAY}, kind, points, origin FROM points_entry ORDER BY member_id, at, id"),
        ),
        ("belongs", "SELECT segment_id, member_id FROM segment_member".to_owned()),
    ];
    let write = |(name, query): &(&str, String)| {
        let file = folder.join(format!("{name}.csv"));
        csv::write(url, query, &file)?;
        Ok(file)
    };
    tables.iter().map(write).collect()
}
