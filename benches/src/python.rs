//! Peers from PyPI, each in a virtual environment of its own.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The Python of an environment in which there is DuckDB.
pub(crate) fn duckdb(cache: &Path) -> Result<PathBuf> {
    environment(&cache.join("duckdb"), include_str!("../duckdb/requirements.txt"))
}

/// The Python of an environment in which there is lifetimes.
pub(crate) fn lifetimes(cache: &Path) -> Result<PathBuf> {
    environment(&cache.join("lifetimes"), include_str!("../lifetimes/requirements.txt"))
}

/// Installs what is required into a folder, where it is not there already.
fn environment(home: &Path, requirements: &str) -> Result<PathBuf> {
    let python = home.join("venv/bin/python");
    let have = home.join("have.txt");
    if fs::read_to_string(&have).is_ok_and(|have| have == requirements) {
        return Ok(python);
    }
    fs::create_dir_all(home)?;
    let wanted = home.join("requirements.txt");
    fs::write(&wanted, requirements)?;
    let made = Command::new("python3").args(["-m", "venv"]).arg(home.join("venv")).status().context("python3")?;
    ensure!(made.success(), "python3 -m venv failed (on Debian: apt-get install python3-venv)");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    let status = Command::new(&python).args(pip).arg(wanted).status()?;
    ensure!(status.success(), "pip could not install {}", requirements.lines().collect::<Vec<_>>().join(", "));
    fs::write(have, requirements)?;
    Ok(python)
}

/// A script that is asked one question after the other, each a line of JSON, and answers each with a line; it ends with
/// the bench.
pub(crate) struct Script {
    child: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Script {
    /// Writes the files of a script into a folder, and starts the first of them in a Python.
    pub(crate) fn start(python: &Path, home: &Path, files: &[(&str, &str)], arguments: &[&Path]) -> Result<Self> {
        for (name, text) in files {
            fs::write(home.join(name), text)?;
        }
        let (main, _) = files.first().context("no script")?;
        let mut command = Command::new(python);
        command.arg(home.join(main)).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("python")?;
        let questions = child.stdin.take().context("no input")?;
        let answers = BufReader::new(child.stdout.take().context("no output")?).lines();
        Ok(Self { child, questions, answers })
    }

    /// Asks a question.
    pub(crate) fn ask(&mut self, question: &Value) -> Result<Value> {
        writeln!(self.questions, "{question}")?;
        self.questions.flush()?;
        self.answer()
    }

    /// What it says next.
    pub(crate) fn answer(&mut self) -> Result<Value> {
        let answer = self.answers.next().context("the script in Python has ended")??;
        serde_json::from_str(&answer).with_context(|| format!("no JSON: {answer}"))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
