//! How far the loading has come, for the log, and whether it is to go on.

use std::time::{Duration, Instant};

use super::patience::Patience;
use crate::error::Fault;

/// The rows read so far.
pub(super) struct Progress {
    patience: Patience,
    what: &'static str,
    rows: u64,
    told: Instant,
}

/// How often it is told.
const EVERY: Duration = Duration::from_secs(5);
/// How many rows lie between two looks at the clock.
const ROWS: u64 = 65_536;

impl Progress {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, what: "", rows: 0, told: Instant::now() }
    }

    /// Begins another kind of row.
    pub(super) fn begin(&mut self, what: &'static str) {
        (self.what, self.rows) = (what, 0);
    }

    /// Counts a row; a fault where nobody waits any more.
    pub(super) fn row(&mut self) -> Result<(), Fault> {
        self.rows += 1;
        if !self.rows.is_multiple_of(ROWS) {
            return Ok(());
        }
        self.patience.goes_on()?;
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            tracing::info!(rows = self.rows, what = self.what, "everybody's facts are being loaded");
        }
        Ok(())
    }
}
