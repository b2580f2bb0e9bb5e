//! `tessera demo`

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::output::say;
use super::with_app;
use crate::config::Settings;
use crate::demo;

/// Fill the database with a made-up shop, to try things on
///
/// Two years of sales that end today: members and guests, anonymous sales, returns, lines,
/// channels, categories and points. The same seed makes the same shop. The made-up data can
/// stand beside real data, and --remove takes away exactly what this made.
///
/// Examples:
///   tessera demo
///   tessera demo --seed 7 --members 1000
///   tessera demo --remove
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Demo {
    /// Which shop to make up
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How many members it has
    #[arg(long, default_value_t = 20_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    members: u32,
    /// Do nothing where the database was served before or holds members already; `make run` asks so
    #[arg(long)]
    first_start: bool,
    /// Take the made-up data away again
    #[arg(long, conflicts_with_all = ["seed", "members", "first_start"])]
    remove: bool,
}

impl Demo {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let options = demo::Options {
            seed: self.seed,
            members: self.members,
            first_start: self.first_start,
            remove: self.remove,
        };
        let done = with_app(settings, async |app| Ok(demo::run(app, options).await?)).await?;
        say(done);
        Ok(ExitCode::SUCCESS)
    }
}
