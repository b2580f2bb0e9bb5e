//! Servers that the bench starts: they end with it, and what they cost is read from the system.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::Sub;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

/// A port that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A server, killed when it is dropped.
pub(crate) struct Server {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    child: Child,
}

impl Server {
    /// Starts a server and reads its lines until one holds its address.
    pub(crate) fn start(command: &mut Command, address: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let found = lines.by_ref().map_while(Result::ok).find_map(|line| address(&line));
        // Its pipe is emptied for as long as it runs.
        std::thread::spawn(move || lines.for_each(drop));
        let address = found.with_context(|| format!("{command:?} did not say where it listens"))?;
        Ok(Self { address, child })
    }

    /// What it and what it started have used.
    pub(crate) fn cpu(&self) -> Cpu {
        Cpu::of_tree(self.child.id())
    }

    /// The most memory it has held since the last reset, in MB.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
    }

    /// Forgets the most memory it has held.
    pub(crate) fn reset_peak_memory(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of processor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cpu(pub(crate) f64);

impl Cpu {
    /// Of a process, those it started, and those of them that have ended.
    pub(crate) fn of_tree(root: u32) -> Self {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let seconds = pids.filter_map(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // The name may hold blanks; what follows it does not.
            let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
            let parent: u32 = fields.get(1)?.parse().ok()?;
            let ticks = fields.get(11..15)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
            (pid == root || parent == root).then_some(ticks)
        });
        Self(seconds.sum::<u64>() as f64 / ticks_a_second())
    }
}

impl Sub for Cpu {
    type Output = f64;

    fn sub(self, before: Self) -> f64 {
        self.0 - before.0
    }
}

/// What a command prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {} {said}", String::from_utf8_lossy(&output.stdout));
    Ok(String::from_utf8(output.stdout)?)
}

fn ticks_a_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let asked = output(Command::new("getconf").arg("CLK_TCK")).ok();
        asked.and_then(|text| text.trim().parse().ok()).unwrap_or(100.0)
    })
}
