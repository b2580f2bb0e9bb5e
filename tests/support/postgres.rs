//! A PostgreSQL of the tests' own: `initdb` and `pg_ctl` into a temporary folder, as an ordinary user.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Database};

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

struct Cluster {
    port: u16,
}

/// The URL of a new, empty database.
pub(crate) async fn new_database() -> String {
    let cluster = tokio::task::spawn_blocking(|| CLUSTER.get_or_init(Cluster::start)).await.unwrap();
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(cluster.url("postgres")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    cluster.url(&name)
}

impl Cluster {
    fn start() -> Self {
        let bin = bindir();
        let folder = tempfile::Builder::new().prefix("tessera-postgres-").tempdir().unwrap().keep();
        let data = folder.join("data");
        let port = crate::free_port();
        if is_root() {
            must(Command::new("chown").arg("-R").arg(user()).arg(&folder));
        }
        let initdb = format!(
            "{}/initdb -D {} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync",
            bin.display(),
            data.display()
        );
        must(&mut as_user(&initdb));
        // Nothing here outlives the run, so that the disk need not be waited for.
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400",
            folder.display()
        );
        let log = folder.join("log");
        let start =
            format!("{}/pg_ctl -D {} -w -o '{options}' -l {} start", bin.display(), data.display(), log.display());
        // Not `output`: the server would keep the pipes open for as long as it runs.
        let started =
            as_user(&start).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(started.success(), "PostgreSQL did not start: {}", std::fs::read_to_string(&log).unwrap_or_default());
        // The guard outlives us for a moment: when this process ends, however it ends, its input closes.
        let stop = format!(
            "cat > /dev/null; {}/pg_ctl -D {} -m immediate stop; rm -rf {}",
            bin.display(),
            data.display(),
            folder.display()
        );
        let guard = as_user(&stop).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::mem::forget(guard);
        Self { port }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
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
