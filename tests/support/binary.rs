//! The built `tessera`, run as a stranger runs it: for kills, signals and exit codes.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The binary that `cargo build --workspace` made.
pub fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap().join("tessera");
    assert!(built.exists(), "{} is missing: run `cargo build --workspace` first, as `make test` does", built.display());
    built
}

/// A command of the binary on a database, in a folder of its own.
pub fn command(database_url: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary());
    let settings = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("TESSERA_"));
    settings.for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(folder).args(["--database-url", database_url, "--data-dir"]).arg(folder);
    if std::env::var(crate::app::LENS).as_deref() == Ok("off") {
        command.env("TESSERA_LENS", "off");
    }
    for limit in ["REQUESTS", "PARTNER_REQUESTS", "WRONG_TOKENS"] {
        command.env(format!("TESSERA_{limit}_PER_MINUTE"), crate::app::PLENTY.to_string());
    }
    command.stdin(Stdio::null());
    command
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks again until something holds; panics after a while.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A server process; killed when dropped.
pub struct Served {
    /// The process.
    pub child: Child,
    /// Where it listens, for example `http://127.0.0.1:4711`.
    pub base: String,
}

impl Served {
    /// Starts `tessera serve` and waits until it is ready.
    pub fn start(database_url: &str, folder: &Path) -> Self {
        Self::start_as(Self::usual(database_url, folder), folder)
    }

    /// A command with the usual settings of a server.
    pub fn usual(database_url: &str, folder: &Path) -> Command {
        let mut command = command(database_url, folder);
        command.args(["--metrics-listen", "off"]);
        command.env("TESSERA_OWNER_EMAIL", crate::OWNER).env("TESSERA_OWNER_PASSWORD", crate::PASSWORD);
        command
    }

    /// The same with other settings. What it prints is then in `serve.out` of the folder, what it logs in `serve.log`.
    pub fn start_as(mut command: Command, folder: &Path) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        command.args(["--listen", &listen, "serve"]);
        let output = std::fs::File::create(folder.join("serve.out")).unwrap();
        let log = std::fs::File::create(folder.join("serve.log")).unwrap();
        let child = command.stdout(output).stderr(log).spawn().unwrap();
        let base = format!("http://{listen}");
        wait_until("the server", || std::net::TcpStream::connect(&listen).is_ok());
        Self { child, base }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
