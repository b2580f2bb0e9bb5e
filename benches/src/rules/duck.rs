//! DuckDB from PyPI, in a virtual environment of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Question;

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
const REQUIREMENTS: &str = include_str!("../../duckdb/requirements.txt");

/// Asks DuckDB, on two threads, over the rows of a file.
pub(crate) fn duckdb(cache: &Path, rows: &Path, questions: &[Question], rounds: usize) -> Result<Answers> {
    let home = cache.join("duckdb");
    let python = installed(&home)?;
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

/// The environment's Python, with DuckDB.
fn installed(home: &Path) -> Result<std::path::PathBuf> {
    let python = home.join("venv/bin/python");
    let have = home.join("have.txt");
    if fs::read_to_string(&have).is_ok_and(|have| have == REQUIREMENTS) {
        return Ok(python);
    }
    fs::create_dir_all(home)?;
    let wanted = home.join("requirements.txt");
    fs::write(&wanted, REQUIREMENTS)?;
    let made = Command::new("python3").args(["-m", "venv"]).arg(home.join("venv")).status().context("python3")?;
    ensure!(made.success(), "python3 -m venv failed (on Debian: apt-get install python3-venv)");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    let status = Command::new(&python).args(pip).arg(wanted).status()?;
    ensure!(status.success(), "pip could not install DuckDB");
    fs::write(have, REQUIREMENTS)?;
    Ok(python)
}
