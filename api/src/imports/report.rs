//! What became of a file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::HumanCount;

/// What became of a file, also of the part that was taken up before an interruption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was counted: for example `members` or `points entries`.
    pub what: &'static str,
    /// Rows, or with `--lines` documents, that the file has.
    pub rows: u64,
    /// Of those, the ones that made something new.
    pub created: u64,
    /// The ones that changed something.
    pub updated: u64,
    /// The ones that said what was known already.
    pub duplicates: u64,
    /// The ones that were left out.
    pub rejected: u64,
    /// Where the rejects are, where there are any.
    pub rejects_file: Option<PathBuf>,
    /// How many rows were taken up before the interruption; none where there was no interruption.
    pub resumed_at: Option<u64>,
    /// How long this run took.
    pub took: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: u64| HumanCount(number);
        write!(out, "{} {}: {} new", count(self.rows), self.what, count(self.created))?;
        if self.updated > 0 {
            write!(out, ", {} changed", count(self.updated))?;
        }
        write!(out, ", {} known already, {} rejected", count(self.duplicates), count(self.rejected))?;
        write!(out, " in {:.1} s.", self.took.as_secs_f64())?;
        if let Some(before) = self.resumed_at {
            write!(out, "\nThe first {} had been taken up before the interruption.", count(before))?;
        }
        if let Some(file) = &self.rejects_file {
            write!(out, "\nWhat was rejected is in {}, with line, field and reason.", file.display())?;
        }
        Ok(())
    }
}
