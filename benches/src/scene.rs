//! A database of some size with a server on it: what the lines of the bench measure.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::args::{Kind, Run};
use crate::cluster::Cluster;
use crate::fill::{self, Filler};
use crate::http::Question;
use crate::process::{Cpu, Server};
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
    pub(crate) token: String,
}

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
        drop(tessera.serve()?);
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
    /// Starts the server of a stage.
    pub(crate) fn open(run: &'a Run, stage: &'a Stage, cluster: Option<&'a Cluster>) -> Result<Self> {
        let server = stage.tessera.serve()?;
        let token = stage.tessera.token()?;
        Ok(Self { run, stage, cluster, server, token })
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
