//! What the process tells of itself: the log, and the metrics that Prometheus reads.

mod metrics;
mod names;

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

pub use metrics::{ImportedRows, Metrics, Pool};

/// Starts the log on standard error: lines for a person on a terminal, JSON for a machine otherwise.
///
/// `filter` was checked when the settings were read; a second call changes nothing.
pub fn init(filter: &str) {
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(io::stderr);
    let started = if io::stderr().is_terminal() {
        log.with_target(false).try_init()
    } else {
        log.json().flatten_event(true).with_current_span(false).try_init()
    };
    // Only tests start it twice, and then the first one's stays.
    drop(started);
}
