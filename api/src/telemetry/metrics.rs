//! The metrics of one app. Each app has its own, so that tests beside one another do not mix.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::names::Names;

/// What is counted and measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    names: Names,
    operations: Family<Outcomes, Counter>,
    latency: Family<Operation, Histogram, fn() -> Histogram>,
    statements: Family<Operation, Counter>,
    connections: Family<Connections, Gauge>,
    imported: Family<Imported, Counter<u64, AtomicU64>>,
    /// Sockets that are open.
    pub sockets: Gauge,
    closed_sockets: Family<Closed, Counter>,
    lens: LensGauges,
    figures: Family<Figures, Counter>,
}

/// How the facts in memory are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LensFigures {
    /// What they take.
    pub bytes: usize,
    /// How many members there are.
    pub members: usize,
    /// How many transactions of theirs.
    pub transactions: usize,
    /// How far they are behind the database, in seconds.
    pub lag: f64,
    /// How often everything was loaded.
    pub loads: u64,
}

#[derive(Debug, Default)]
struct LensGauges {
    bytes: Gauge,
    members: Gauge,
    transactions: Gauge,
    lag: Gauge<f64, AtomicU64>,
    loads: Counter,
}

/// How many connections a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `reader` or `writer`.
    pub name: &'static str,
    /// At work.
    pub busy: usize,
    /// Waiting for work.
    pub idle: usize,
}

/// How many rows all imports of a kind brought to one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRows {
    /// `members`, `transactions` or `points`.
    pub kind: String,
    /// `created`, `updated`, `duplicate` or `rejected`.
    pub outcome: &'static str,
    /// So many, over the life of the database.
    pub rows: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcomes {
    operation: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Connections {
    pool: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Closed {
    code: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Figures {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Imported {
    kind: String,
    outcome: &'static str,
}

/// Seconds: from a cached answer to the longest query that is let run.
const LATENCY: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The outcome of an operation that did what it was asked to.
const OK: &str = "ok";

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tessera"),
            names: Names::default(),
            operations: Family::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY)),
            statements: Family::default(),
            connections: Family::default(),
            imported: Family::default(),
            sockets: Gauge::default(),
            closed_sockets: Family::default(),
            lens: LensGauges::default(),
            figures: Family::default(),
        };
        metrics.register();
        metrics
    }

    /// Counts one operation of a client.
    ///
    /// `outcome` is `ok`, `refused` (it has `userErrors`) or the code of its first error in lower case.
    pub fn operation(&self, name: Option<&str>, outcome: &str, took: Duration, statements: usize) {
        let operation = self.names.label(name, outcome == OK).to_owned();
        let outcomes = Outcomes { operation: operation.clone(), outcome: outcome.to_owned() };
        let operation = Operation { operation };
        self.operations.get_or_create(&outcomes).inc();
        self.latency.get_or_create(&operation).observe(took.as_secs_f64());
        self.statements.get_or_create(&operation).inc_by(u64::try_from(statements).unwrap_or(u64::MAX));
    }

    /// Counts a socket that was closed, with the code of ours or, where the other end closed it, 1000.
    pub fn socket_closed(&self, code: Option<u16>) {
        self.closed_sockets.get_or_create(&Closed { code: code.unwrap_or(1000).into() }).inc();
    }

    /// Counts a figure over everybody, or over a segment, that was asked for: it was worked out for it, or found.
    pub fn figure(&self, is_new: bool) {
        self.figures.get_or_create(&Figures { outcome: if is_new { "miss" } else { "hit" } }).inc();
    }

    /// Notes the state of the pools, just before the metrics are read.
    pub fn set_pools(&self, pools: &[Pool]) {
        for pool in pools {
            for (state, connections) in [("busy", pool.busy), ("idle", pool.idle)] {
                let gauge = self.connections.get_or_create_owned(&Connections { pool: pool.name, state });
                gauge.set(i64::try_from(connections).unwrap_or(i64::MAX));
            }
        }
    }

    /// Notes what imports did, just before the metrics are read: they run in processes of their own, so that the database
    /// is where it is known.
    pub fn set_imported(&self, imported: &[ImportedRows]) {
        for rows in imported {
            let labels = Imported { kind: rows.kind.clone(), outcome: rows.outcome };
            self.imported.get_or_create(&labels).inner().store(rows.rows, Ordering::Relaxed);
        }
    }

    /// Notes how the facts in memory are, just before the metrics are read.
    pub fn set_lens(&self, figures: &LensFigures) {
        let LensFigures { bytes, members, transactions, lag, loads } = *figures;
        for (gauge, count) in
            [(&self.lens.bytes, bytes), (&self.lens.members, members), (&self.lens.transactions, transactions)]
        {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.lens.lag.set(lag);
        self.lens.loads.inner().store(loads, Ordering::Relaxed);
    }

    /// Everything in the text format of OpenMetrics.
    pub fn encode(&self) -> String {
        let mut encoded = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut encoded, &self.registry);
        encoded
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("operations", "GraphQL operations by name and outcome", self.operations.clone());
        registry.register_with_unit(
            "operation_duration",
            "How long GraphQL operations took",
            Unit::Seconds,
            self.latency.clone(),
        );
        registry.register("operation_statements", "SQL statements that operations ran", self.statements.clone());
        registry.register("database_connections", "Connections of the pools by state", self.connections.clone());
        registry.register("import_rows", "Rows of imported files by kind and outcome", self.imported.clone());
        registry.register("sockets", "WebSockets that are open", self.sockets.clone());
        let help = "WebSockets that were closed, by the code, 1000 where the client closed them";
        registry.register("sockets_closed", help, self.closed_sockets.clone());
        self.lens.register(registry);
        let help = "Figures that were asked for: worked out (miss), or found as they were worked out before (hit)";
        registry.register("figures", help, self.figures.clone());
    }
}

impl LensGauges {
    fn register(&self, registry: &mut Registry) {
        let gauges = [
            ("lens_bytes", "What everybody's facts take in memory", &self.bytes),
            ("lens_members", "Members whose facts are in memory", &self.members),
            ("lens_transactions", "Their transactions", &self.transactions),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        let help = "How far the facts in memory are behind the database";
        registry.register_with_unit("lens_lag", help, Unit::Seconds, self.lag.clone());
        registry.register("lens_loads", "How often everybody's facts were loaded", self.loads.clone());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_counted() {
        let metrics = Metrics::new();
        metrics.operation(Some("Segments"), "ok", Duration::from_millis(3), 2);
        metrics.operation(Some("Segments"), "timeout", Duration::from_secs(11), 1);
        metrics.operation(None, "ok", Duration::from_millis(1), 0);
        metrics.set_pools(&[Pool { name: "reader", busy: 1, idle: 3 }]);
        metrics.set_imported(&[ImportedRows { kind: "members".to_owned(), outcome: "created", rows: 5 }]);
        metrics.set_imported(&[ImportedRows { kind: "members".to_owned(), outcome: "created", rows: 7 }]);
        metrics.sockets.inc();
        metrics.socket_closed(Some(4401));
        metrics.socket_closed(None);
        metrics.set_lens(&LensFigures { bytes: 9, members: 8, transactions: 7, lag: 0.25, loads: 6 });
        let text = metrics.encode();
        for line in [
            "tessera_operations_total{operation=\"Segments\",outcome=\"ok\"} 1",
            "tessera_operations_total{operation=\"Segments\",outcome=\"timeout\"} 1",
            "tessera_operations_total{operation=\"unnamed\",outcome=\"ok\"} 1",
            "tessera_operation_duration_seconds_bucket{le=\"0.005\",operation=\"Segments\"} 1",
            "tessera_operation_duration_seconds_count{operation=\"Segments\"} 2",
            "tessera_operation_statements_total{operation=\"Segments\"} 3",
            "tessera_database_connections{pool=\"reader\",state=\"idle\"} 3",
            "tessera_import_rows_total{kind=\"members\",outcome=\"created\"} 7",
            "tessera_sockets 1",
            "tessera_sockets_closed_total{code=\"4401\"} 1",
            "tessera_sockets_closed_total{code=\"1000\"} 1",
            "tessera_lens_bytes 9",
            "tessera_lens_members 8",
            "tessera_lens_transactions 7",
            "tessera_lens_lag_seconds 0.25",
            "tessera_lens_loads_total 6",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
        }
    }
}
