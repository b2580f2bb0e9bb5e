//! DuckDB asked for the members of rules.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Question;
use crate::python;

/// What DuckDB answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Answers {
    /// Its version.
    pub(crate) version: String,
    /// In which of the script's two forms it answers one rule sooner.
    pub(crate) form: String,
    /// The first rule alone.
    pub(crate) one: super::Answer,
    /// A statement for each rule, one after the other.
    pub(crate) each: super::Answer,
    /// All rules merged by hand into one statement.
    pub(crate) merged: super::Answer,
}

const SCRIPT: &str = include_str!("../../duckdb/rules.py");

/// Asks DuckDB, on two threads, over the rows of a file.
pub(crate) fn duckdb(cache: &Path, rows: &Path, questions: &[Question], rounds: usize) -> Result<Answers> {
    let home = cache.join("duckdb");
    let python = python::duckdb(cache)?;
    let script = home.join("rules.py");
    fs::write(&script, SCRIPT)?;
    let asked = home.join("questions.json");
    fs::write(&asked, serde_json::to_vec(questions)?)?;
    let mut command = Command::new(python);
    command.arg(script).arg(rows).arg(rounds.to_string()).stdin(fs::File::open(asked)?).stderr(Stdio::inherit());
    let output = command.output().context("python")?;
    ensure!(output.status.success(), "DuckDB did not answer");
    Ok(serde_json::from_slice(&output.stdout)?)
}
