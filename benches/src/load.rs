//! Asks a server the same question over some connections for some seconds, and counts the right answers.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hyper::body::Bytes;

use crate::http::{Connection, Question};
use crate::process::Cpu;

/// What a server did under load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    /// Right answers.
    pub(crate) answers: u64,
    /// How long it went on, in seconds.
    pub(crate) seconds: f64,
    /// Seconds of the server's processor.
    pub(crate) server_cpu: f64,
    /// Seconds of PostgreSQL's processor; none on SQLite, which is the server itself.
    pub(crate) database_cpu: f64,
    /// How long each answer took, in microseconds, in order.
    pub(crate) latencies: Vec<u32>,
}

impl Load {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    /// Microseconds of the server's processor an answer.
    pub(crate) fn server_micros(&self) -> f64 {
        self.server_cpu * 1e6 / self.answers as f64
    }

    /// Microseconds of PostgreSQL's processor an answer.
    pub(crate) fn database_micros(&self) -> f64 {
        self.database_cpu * 1e6 / self.answers as f64
    }

    /// The latency below which a share of the answers lies, in milliseconds.
    pub(crate) fn latency(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        self.latencies
            .get(place.min(self.latencies.len().saturating_sub(1)))
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }

    /// Adds another round of the same.
    pub(crate) fn add(&mut self, other: Load) {
        self.answers += other.answers;
        self.seconds += other.seconds;
        self.server_cpu += other.server_cpu;
        self.database_cpu += other.database_cpu;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
    }
}

/// Who is asked, and how what it costs is read: the server's own processor, then PostgreSQL's.
pub(crate) struct Target<'a> {
    /// The question.
    pub(crate) question: Question,
    /// The server's processor.
    pub(crate) server: &'a (dyn Fn() -> Cpu + Sync),
    /// The database's.
    pub(crate) database: &'a (dyn Fn() -> Cpu + Sync),
}

/// How the connections are used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many.
    pub(crate) connections: usize,
    /// How long is asked before anything counts.
    pub(crate) warm_up: Duration,
    /// How long is counted.
    pub(crate) counted: Duration,
}

/// Asks as planned. Every answer must be the one that a first question got.
pub(crate) async fn ask(target: &Target<'_>, plan: Plan) -> Result<Load> {
    let expected = Connection::open(&target.question).await?.ask().await?;
    ask_each(target, plan, plan.warm_up, &expected).await?;
    let (server, database, began) = ((target.server)(), (target.database)(), Instant::now());
    let mut latencies = ask_each(target, plan, plan.counted, &expected).await?;
    let seconds = began.elapsed().as_secs_f64();
    let (server_cpu, database_cpu) = ((target.server)() - server, (target.database)() - database);
    latencies.sort_unstable();
    ensure!(!latencies.is_empty(), "{} gave no answer in time", target.question.address);
    Ok(Load { answers: latencies.len() as u64, seconds, server_cpu, database_cpu, latencies })
}

async fn ask_each(target: &Target<'_>, plan: Plan, span: Duration, expected: &Bytes) -> Result<Vec<u32>> {
    let until = Instant::now() + span;
    let mut askers = Vec::new();
    for _ in 0..plan.connections {
        let (mut connection, expected) = (Connection::open(&target.question).await?, expected.clone());
        askers.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while Instant::now() < until {
                let began = Instant::now();
                let answer = connection.ask().await?;
                latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                ensure!(answer == expected, "another answer: {}", String::from_utf8_lossy(&answer));
            }
            Ok(latencies)
        }));
    }
    let mut all = Vec::new();
    for asker in askers {
        all.extend(asker.await??);
    }
    Ok(all)
}
