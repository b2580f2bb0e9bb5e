//! The server that is measured, as an operator uses it: its commands and its settings.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{self, Server};
use crate::shop::{LAUNCHED_ON, OWNER, TODAY};

/// Tessera over one database.
#[derive(Clone, Debug)]
pub(crate) struct Tessera {
    program: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Tessera {
    /// The program over the database of a URL; its own files go to a folder.
    pub(crate) fn new(program: &Path, folder: &Path, url: &str) -> Self {
        Self { program: program.to_owned(), folder: folder.to_owned(), url: url.to_owned() }
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file of the key that signs tokens.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("data/token.key")
    }

    /// A command of it, in its folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args([
            "--database-url",
            &self.url,
            "--today",
            TODAY,
            "--launched-on",
            LAUNCHED_ON,
            "--log",
            "warn",
        ]);
        command.current_dir(&self.folder).env("TESSERA_OWNER_PASSWORD", "correct-horse");
        // One token asks for all of the load.
        command.env("TESSERA_REQUESTS_PER_MINUTE", "1000000000").env("TESSERA_REQUESTS_AT_ONCE", "64");
        command.env("TESSERA_PARTNER_REQUESTS_PER_MINUTE", "1000000000");
        command
    }

    /// What a command prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String> {
        process::output(&mut self.command(arguments))
    }

    /// An access token of the owner that outlives the bench.
    pub(crate) fn token(&self) -> Result<String> {
        Ok(self.run(&["token", OWNER, "--minutes", "600"])?.trim().to_owned())
    }

    /// Starts the server; `metrics` is where it serves them, or `off`, `lens` is `on` or `off`.
    pub(crate) fn serve(&self, metrics: &str, lens: &str) -> Result<Server> {
        let mut command =
            self.command(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", metrics, "--lens", lens]);
        let address = |line: &str| {
            let url =
                line.split_whitespace().find(|word| word.starts_with("http://") && word.ends_with("/graphiql"))?;
            Some(url.trim_start_matches("http://").trim_end_matches("/graphiql").to_owned())
        };
        Server::start(&mut command, address).context("tessera serve")
    }
}
