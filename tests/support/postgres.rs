//! A PostgreSQL of the tests' own: `initdb` and `pg_ctl` into a temporary folder, as an ordinary user.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Database};

static CLUSTER: OnceLock<Postgres> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// A PostgreSQL. It goes when it is dropped, and when this process ends, however it ends.
pub struct Postgres {
    port: u16,
    data: PathBuf,
    log: PathBuf,
    options: String,
    /// Outlives us for a moment: when its input closes, it stops the server and removes the folder.
    guard: Child,
}

/// The URL of a new, empty database of the run's own PostgreSQL.
pub async fn new_database() -> String {
    let start = || CLUSTER.get_or_init(|| Postgres::start("-c synchronous_commit=off -c max_connections=400", None));
    let cluster = tokio::task::spawn_blocking(start).await.unwrap();
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    cluster.run(&format!("CREATE DATABASE {name}")).await;
    cluster.url(&name)
}

impl Postgres {
    /// Starts one with options of the server, its log of writes in a folder of its own where one is given.
    pub fn start(options: &str, wal: Option<&Path>) -> Self {
        let bin = bindir();
        let folder = tempfile::Builder::new().prefix("tessera-postgres-").tempdir().unwrap().keep();
        let data = folder.join("data");
        let port = crate::free_port();
        give(&folder);
        // Small pieces, so that they fit on a small disk.
        let wal = wal.map_or_else(String::new, |wal| format!("--wal-segsize=1 --waldir={}", wal.display()));
        let initdb = format!(
            "{}/initdb -D {} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync {wal}",
            bin.display(),
            data.display()
        );
        must(&mut as_user(&initdb));
        // Nothing here outlives the run, so that the disk need not be waited for.
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off {options}",
            folder.display()
        );
        let stop = format!(
            "cat > /dev/null; {}/pg_ctl -D {} -m immediate stop; rm -rf {}",
            bin.display(),
            data.display(),
            folder.display()
        );
        let guard = as_user(&stop).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let postgres = Self { port, log: folder.join("log"), data, options, guard };
        postgres.go_on();
        postgres
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement as the administrator.
    pub async fn run(&self, text: &str) {
        let admin = Database::connect(self.url("postgres")).await.unwrap();
        admin.execute_unprepared(text).await.unwrap();
        admin.close().await.unwrap();
    }

    /// Ends it at once, as a crash does.
    pub fn stop_at_once(&self) {
        must(&mut as_user(&format!("{} -m immediate stop", self.control())));
    }

    /// Starts it where it does not run.
    pub fn go_on(&self) {
        if self.pid().is_some() {
            return;
        }
        let start = format!("{} -w -o '{}' -l {} start", self.control(), self.options, self.log.display());
        // Not `output`: the server would keep the pipes open for as long as it runs.
        let started =
            as_user(&start).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(started.success(), "PostgreSQL did not start: {}", self.log());
    }

    /// Its first process, where it runs.
    pub fn pid(&self) -> Option<u32> {
        if !as_user(&format!("{} status", self.control())).output().unwrap().status.success() {
            return None;
        }
        let text = std::fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn control(&self) -> String {
        format!("{}/pg_ctl -D {}", bindir().display(), self.data.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Gives a folder to the user as whom PostgreSQL runs.
pub fn give(folder: &Path) {
    if is_root() {
        must(Command::new("chown").arg("-R").arg(user()).arg(folder));
    }
}

fn bindir() -> PathBuf {
    let found = Command::new("pg_config").arg("--bindir").output();
    let found = found.ok().map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let fallback = || PathBuf::from("/usr/lib/postgresql/15/bin");
    let folder = found.filter(|folder| folder.join("initdb").exists()).unwrap_or_else(fallback);
    assert!(
        folder.join("initdb").exists(),
        "the tests need PostgreSQL's server binaries: apt-get install postgresql (or make sure that pg_config --bindir has initdb)"
    );
    folder
}

/// `initdb` and `postgres` refuse to run as root, and tests often run as root.
fn as_user(shell: &str) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", user(), "--regid", user(), "--clear-groups", "sh", "-c", shell]);
        command.current_dir("/");
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", shell]);
        command
    }
}

fn user() -> &'static str {
    let known = |name: &str| Command::new("id").arg(name).output().is_ok_and(|output| output.status.success());
    if known("postgres") { "postgres" } else { "nobody" }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn must(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
