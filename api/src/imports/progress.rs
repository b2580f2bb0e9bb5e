//! How far an import has come: a bar for a person at a terminal, a line in the log every few seconds for everyone else.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the log is told.
const LOG: Duration = Duration::from_secs(5);

/// Tells how far an import has come.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    stretch: Mutex<Stretch>,
}

/// What is done at one rate: all of an import, or the sorting before it.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// What is being done.
    verb: &'static str,
    /// What is counted.
    what: &'static str,
    began: Instant,
    /// How far it was when it began, and how far it goes.
    from: u64,
    until: u64,
    /// How many rows were done since.
    rows: u64,
    /// Where it stood last.
    at: u64,
    said: Instant,
}

impl Progress {
    /// An import of a file of so many bytes. Nothing is shown where standard error is no terminal, nor of a job.
    pub(super) fn new(bytes: u64, lines: bool, is_job: bool) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}");
        let target = if is_job { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let (verb, what) = if lines { ("sorting", "lines") } else { ("importing", "rows") };
        Self { bar, stretch: Mutex::new(Stretch::new(verb, what, 0, bytes)) }
    }

    /// A line went to the sorter; so many bytes of the file were read.
    pub(super) fn sorting(&self, bytes: u64) {
        self.step(1, bytes, false);
    }

    /// The lines are sorted into so many documents; some were taken up before.
    pub(super) fn documents(&self, documents: u64, before: u64) {
        self.bar.set_length(documents);
        *self.stretch() = Stretch::new("importing", "documents", before, documents);
    }

    /// So many rows were committed; that is how far it is now.
    pub(super) fn committed(&self, rows: u64, at: u64) {
        self.step(rows, at, true);
    }

    /// How far it is with so much done, and how far it goes: kilobytes of the file, or documents.
    pub(super) fn stands(&self, at: u64) -> (i64, i64) {
        let stretch = self.stretch();
        let unit = if stretch.what == "rows" { 1_024 } else { 1 };
        let whole = |count: u64| i64::try_from(count.div_ceil(unit)).unwrap_or(i64::MAX);
        (whole(at), whole(stretch.until))
    }

    /// The bar goes away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn step(&self, rows: u64, at: u64, always: bool) {
        let mut stretch = self.stretch();
        stretch.rows += rows;
        // Many lines come with one read of the file.
        if stretch.at == at && !always {
            return;
        }
        stretch.at = at;
        if !self.bar.is_hidden() {
            self.bar.set_message(stretch.to_string());
            self.bar.set_position(at);
        } else if stretch.said.elapsed() >= LOG {
            stretch.said = Instant::now();
            let (rate, left) = stretch.rate_and_seconds_left();
            let (percent, doing) = (100 * at / stretch.until.max(1), stretch.verb);
            tracing::info!(percent, rows = stretch.rows, rows_per_second = rate, seconds_left = left, "{doing}");
        }
    }

    fn stretch(&self) -> std::sync::MutexGuard<'_, Stretch> {
        self.stretch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stretch {
    fn new(verb: &'static str, what: &'static str, from: u64, until: u64) -> Self {
        let now = Instant::now();
        Self { verb, what, began: now, from, until, rows: 0, at: from, said: now }
    }

    fn rate_and_seconds_left(&self) -> (u64, u64) {
        let milliseconds = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let (done, left) = (self.at.saturating_sub(self.from).max(1), self.until.saturating_sub(self.at));
        let wait = u128::from(milliseconds) * u128::from(left) / u128::from(done) / 1000;
        (self.rows.saturating_mul(1000) / milliseconds, u64::try_from(wait).unwrap_or(u64::MAX))
    }
}

impl std::fmt::Display for Stretch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rate, left) = self.rate_and_seconds_left();
        let (rows, rate, left) = (HumanCount(self.rows), HumanCount(rate), HumanDuration(Duration::from_secs(left)));
        write!(out, "{} {}, {rate}/s, {left} left", rows, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reckons_rate_and_time_left_from_what_was_done_since() {
        let mut stretch = Stretch::new("importing", "rows", 1_000, 5_000);
        stretch.began = Instant::now() - Duration::from_secs(10);
        (stretch.rows, stretch.at) = (20_000, 2_000);
        let (rate, left) = stretch.rate_and_seconds_left();
        assert!((1_900..=2_000).contains(&rate) && (30..=31).contains(&left), "{rate} {left}");
        assert!(stretch.to_string().starts_with("20,000 rows, "), "{stretch}");
        assert_eq!(Stretch::new("importing", "rows", 5, 5).rate_and_seconds_left().1, 0);
    }
}
