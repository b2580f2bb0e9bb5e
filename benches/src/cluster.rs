//! A PostgreSQL of the bench's own, made by `initdb` in a temporary folder and stopped when the bench ends.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::process::{self, Cpu};

/// The settings that differ from PostgreSQL's own; fsync and the like stay as they come, on.
pub(crate) const SETTINGS: [&str; 7] = [
    "shared_buffers=2GB",
    "effective_cache_size=6GB",
    "work_mem=16MB",
    "maintenance_work_mem=512MB",
    "max_wal_size=8GB",
    "checkpoint_timeout=30min",
    "random_page_cost=1.1",
];

/// A running cluster.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tessera-bench-postgres-").tempdir()?;
        let cluster = Self { bin: bin()?, folder, port: process::free_port()? };
        if is_root() {
            must(Command::new("chown").arg(user()).arg(cluster.folder.path()))?;
        }
        let (bin, data) = (cluster.bin.display(), cluster.data());
        must(&mut as_user(&format!("{bin}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync")))?;
        let settings: Vec<String> = SETTINGS.iter().map(|one| format!("-c {one}")).collect();
        let folder = cluster.folder.path().display();
        let options = format!("-p {} -k {folder} -c listen_addresses=127.0.0.1 {}", cluster.port, settings.join(" "));
        let start = format!("{bin}/pg_ctl -D {data} -w -t 60 -o '{options}' -l {folder}/log start");
        must(&mut as_user(&start))?;
        Ok(cluster)
    }

    /// The URL of a new database.
    pub(crate) fn database(&self, name: &str) -> Result<String> {
        psql(&self.url("postgres"), &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(name))
    }

    /// The seconds of processor that all its processes have used.
    pub(crate) fn cpu(&self) -> Result<Cpu> {
        let file = self.folder.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).context("PostgreSQL is gone")?;
        Ok(Cpu::of_tree(text.lines().next().unwrap_or_default().trim().parse()?))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stop = format!("{}/pg_ctl -D {} -m immediate stop", self.bin.display(), self.data());
        if let Err(error) = must(&mut as_user(&stop)) {
            eprintln!("PostgreSQL could not be stopped: {error:#}");
        }
    }
}

/// What psql prints of a statement, values alone.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String> {
    let output = psql_command(url, sql).stdin(Stdio::null()).output().context("psql")?;
    ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// psql for one statement.
pub(crate) fn psql_command(url: &str, sql: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]);
    command
}

/// The version of the server programs.
pub(crate) fn version() -> Result<String> {
    let output = Command::new(bin()?.join("postgres")).arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn bin() -> Result<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = installed.map(|version| version.path().join("bin"));
    let found = said.into_iter().chain(installed).find(|folder| folder.join("initdb").exists());
    found.context("PostgreSQL's server programs are needed: initdb was not found")
}

/// `initdb` and `postgres` refuse to run as root.
fn as_user(shell: &str) -> Command {
    let mut command = Command::new(if is_root() { "setpriv" } else { "sh" });
    if is_root() {
        command.args(["--reuid", user(), "--regid", user(), "--clear-groups", "sh"]);
    }
    command.args(["-c", shell]).current_dir("/");
    command
}

fn user() -> &'static str {
    let known = |name: &str| Command::new("id").arg(name).output().is_ok_and(|output| output.status.success());
    if known("postgres") { "postgres" } else { "nobody" }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Not `output`: a server that is started would keep the pipes open for as long as it runs.
fn must(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
