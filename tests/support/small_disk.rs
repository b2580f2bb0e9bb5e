//! A disk that fills up, and on which room is made again.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

/// A folder in which there is soon no room.
///
/// Where we may, it is a small file system of its own. Elsewhere the processes that write there are kept from making any
/// file longer; to them that looks much the same.
pub struct SmallDisk {
    folder: TempDir,
    mounted: bool,
    /// How long a file may become while the disk counts as full and nothing is mounted.
    longest: u64,
    full: AtomicBool,
}

impl SmallDisk {
    /// A disk of so many megabytes, which says which of the two it is. Where nothing can be mounted, files beyond `longest`
    /// bytes find no room while it is full.
    pub fn new(megabytes: u64, longest: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("tessera-disk-").tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        let way = if mounted { "a mounted tmpfs" } else { "RLIMIT_FSIZE, because nothing can be mounted" };
        println!("the small disk is {way}");
        if mounted {
            crate::postgres::give(folder.path());
        }
        Self { folder, mounted, longest, full: AtomicBool::new(false) }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command, made so that it can be told that the disk is full.
    pub fn command(&self, command: Command) -> Command {
        if self.mounted {
            return command;
        }
        // A process that does not ignore the signal would be ended by it.
        let mut wrapped = Command::new("sh");
        wrapped.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
        if self.full.load(Ordering::Relaxed) {
            wrapped.arg("prlimit").arg(format!("--fsize={}:", self.longest));
        }
        wrapped.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(name, value),
                None => wrapped.env_remove(name),
            };
        }
        command.get_current_dir().map(|folder| wrapped.current_dir(folder));
        wrapped
    }

    /// Leaves no room to these processes and those that they have started.
    pub fn fill(&self, processes: &[u32]) {
        self.full.store(true, Ordering::Relaxed);
        if !self.mounted {
            return limit(processes, &format!("{}:", self.longest));
        }
        let mut ballast = File::create(self.ballast()).unwrap();
        for piece in [1 << 20, 1 << 12, 1] {
            let zeros = vec![0; piece];
            loop {
                match ballast.write_all(&zeros) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    /// Makes room again.
    pub fn make_room(&self, processes: &[u32]) {
        self.full.store(false, Ordering::Relaxed);
        if self.mounted {
            std::fs::remove_file(self.ballast()).unwrap();
        } else {
            limit(processes, "unlimited:");
        }
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

fn limit(processes: &[u32], to: &str) {
    let children = |process: &u32| {
        let found = Command::new("pgrep").args(["-P", &process.to_string()]).output().unwrap();
        let text = String::from_utf8(found.stdout).unwrap();
        text.lines().map(|line| line.parse().unwrap()).collect::<Vec<u32>>()
    };
    for process in processes.iter().copied().chain(processes.iter().flat_map(children)) {
        let limited = Command::new("prlimit").args(["--pid", &process.to_string(), &format!("--fsize={to}")]).status();
        assert!(limited.unwrap().success(), "the limit of process {process} cannot be set");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            // Lazily: somebody may still look into it.
            let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
        }
    }
}
