//! PostGraphile 5 over the tables of a PostgreSQL, as npm has it, with a Node of its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{self, Server};

const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("../postgraphile/package.json")),
    ("package-lock.json", include_str!("../postgraphile/package-lock.json")),
    ("serve.mjs", include_str!("../postgraphile/serve.mjs")),
];

/// Installs it into the cache, where it is not there already, and serves the database of a URL.
pub(crate) fn serve(cache: &Path, url: &str) -> Result<Server> {
    let folder = cache.join("postgraphile");
    std::fs::create_dir_all(&folder)?;
    let is_same =
        |(name, text): &(&str, &str)| std::fs::read_to_string(folder.join(name)).is_ok_and(|old| old == *text);
    if !FILES.iter().all(is_same) || !folder.join("node_modules/.package-lock.json").exists() {
        for (name, text) in FILES {
            std::fs::write(folder.join(name), text)?;
        }
        let install = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        process::output(Command::new("npm").args(install).current_dir(&folder)).context("PostGraphile")?;
    }
    let mut command = Command::new(std::fs::canonicalize(folder.join("node_modules/node/bin/node"))?);
    command.args(["serve.mjs", url]).current_dir(&folder).env("NODE_ENV", "production");
    Server::start(&mut command, listening).context("PostGraphile")
}

/// The address in a line such as `listening on 127.0.0.1:8080`.
pub(crate) fn listening(line: &str) -> Option<String> {
    line.strip_prefix("listening on ").map(str::to_owned)
}
