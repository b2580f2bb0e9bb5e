//! What the process tells of itself: the log, and the metrics that Prometheus reads.

mod metrics;
mod names;

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub use metrics::{ImportedRows, LensFigures, Metrics, Pool};

/// Starts the log on standard error: lines for a person on a terminal, JSON for a machine otherwise.
///
/// `filter` was checked when the settings were read; a second call changes nothing.
pub fn init(filter: &str) {
    // Libraries open spans that hold statements with their values, which are people's data.
    let filter = EnvFilter::new(filter).and(filter_fn(|metadata| !metadata.is_span()));
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let log = if io::stderr().is_terminal() {
        log.with_target(false).boxed()
    } else {
        log.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    };
    let started = tracing_subscriber::registry().with(log.with_filter(filter)).try_init();
    // Only tests start it twice, and then the first one's stays.
    drop(started);
}
