//! A database of some size with a server on it: what the lines of the bench measure.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::args::{Kind, Run};
use crate::cluster::Cluster;
use crate::fill::{self, Filler};
use crate::http::Question;
use crate::process::{self, Cpu, Server};
use crate::report::{Report, thousands};
use crate::shop::{self, Size};
use crate::tessera::Tessera;

/// A filled database.
pub(crate) struct Stage {
    pub(crate) kind: Kind,
    pub(crate) size: Size,
    pub(crate) tessera: Tessera,
    /// Tessera's files, and SQLite's.
    pub(crate) folder: TempDir,
}

/// A filled database with a running server.
pub(crate) struct Scene<'a> {
    pub(crate) run: &'a Run,
    pub(crate) stage: &'a Stage,
    pub(crate) cluster: Option<&'a Cluster>,
    pub(crate) server: Server,
    /// Where its metrics are, `127.0.0.1:port`.
    pub(crate) metrics: String,
    pub(crate) token: String,
}

/// How long a server may take to read everybody's facts.
const READY: Duration = Duration::from_secs(900);

impl Stage {
    /// Makes tables and fills them.
    pub(crate) fn fill(
        kind: Kind,
        cluster: Option<&Cluster>,
        run: &Run,
        size: Size,
        report: &mut Report,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tessera-bench-").tempdir()?;
        let url = match cluster {
            Some(cluster) => cluster.database(&format!("bench_{}", size.members))?,
            None => format!("sqlite://{}", folder.path().join("bench.db").display()),
        };
        let tessera = Tessera::new(&std::fs::canonicalize(&run.tessera)?, folder.path(), &url);
        // The first command makes tables, programme and owner.
        drop(tessera.serve("off", "off")?);
        let began = Instant::now();
        let written = fill_database(&url, &size)?;
        report.scene(format!(
            "{}: {} members, {} transactions, {} segments, {} memberships, {} events; filled in {:.0} s",
            kind.name(),
            thousands(size.members),
            thousands(size.transactions),
            size.segments,
            thousands(written.memberships),
            thousands(written.events),
            began.elapsed().as_secs_f64(),
        ));
        Ok(Self { kind, size, tessera, folder })
    }
}

impl<'a> Scene<'a> {
    /// Starts the server of a stage, and waits until it has everybody's facts in memory: loading them would take from what
    /// is measured.
    pub(crate) async fn open(run: &'a Run, stage: &'a Stage, cluster: Option<&'a Cluster>) -> Result<Self> {
        Self::open_with(run, stage, cluster, "on").await
    }

    /// A second server of the same stage that has nothing in memory and reads facts from rows.
    pub(crate) async fn without_lens(&self) -> Result<Self> {
        Self::open_with(self.run, self.stage, self.cluster, "off").await
    }

    async fn open_with(run: &'a Run, stage: &'a Stage, cluster: Option<&'a Cluster>, lens: &str) -> Result<Self> {
        let metrics = format!("127.0.0.1:{}", process::free_port()?);
        let server = stage.tessera.serve(&metrics, lens)?;
        let token = stage.tessera.token()?;
        let (began, ready) = (Instant::now(), Question::get(&server.address, "/readyz".to_owned(), None));
        while ready.text().await.is_err() {
            ensure!(began.elapsed() < READY, "the server does not become ready");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(Self { run, stage, cluster, server, metrics, token })
    }

    /// A GraphQL request to the server.
    pub(crate) fn question(&self, query: &str, variables: &Value) -> Question {
        Question::graphql(&self.server.address, Some(&self.token), query, variables)
    }

    /// The data of a GraphQL request; an error where it has any, also of the caller.
    pub(crate) async fn data(&self, query: &str, variables: &Value) -> Result<Value> {
        let answer = self.question(query, variables).json().await?;
        if let Some(error) = answer["errors"].get(0) {
            bail!("{}", error["message"]);
        }
        let mut payloads = answer["data"].as_object().into_iter().flat_map(|fields| fields.values());
        if let Some(refusal) = payloads.find_map(|payload| payload["userErrors"].get(0)) {
            bail!("{}", refusal["message"]);
        }
        answer.get("data").cloned().context("no data")
    }

    /// A number of the server's metrics.
    pub(crate) async fn metric(&self, name: &str) -> Result<f64> {
        let text = Question::get(&self.metrics, "/metrics".to_owned(), None).text().await?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.with_context(|| format!("no metric {name}"))?.trim().parse()?)
    }

    /// The processor of PostgreSQL; none on SQLite.
    pub(crate) fn database_cpu(&self) -> Cpu {
        self.cluster.and_then(|cluster| cluster.cpu().ok()).unwrap_or_default()
    }

    /// The path of SQLite's file.
    pub(crate) fn file(&self) -> &Path {
        Path::new(self.stage.tessera.url().trim_start_matches("sqlite://"))
    }
}

/// Fills the database of a URL, whose tables are empty.
pub(crate) fn fill_database(url: &str, size: &Size) -> Result<shop::Written> {
    let mut filler: Box<dyn Filler> = match url.strip_prefix("sqlite://") {
        Some(path) => Box::new(fill::Sqlite::begin(path)?),
        None => Box::new(fill::Postgres::begin(url)?),
    };
    let written = shop::write(size, filler.as_mut())?;
    filler.finish()?;
    Ok(written)
}
