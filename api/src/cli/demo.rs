//! `tessera demo`

use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
use super::output::say;
use super::with_app;
use crate::app::App;
use crate::config::Settings;
use crate::demo::{self, Options, Progress};

/// Fill the database with a made-up shop, to try things on
///
/// Two years of sales that end today: members and guests, anonymous sales, returns, lines,
/// channels, categories and points. The same seed makes the same shop. The made-up data can
/// stand beside real data, and --remove takes away what this made, with what was recorded of
/// its customers since, and nothing else. After an interruption the same command goes on.
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
        let said = with_app(settings, async |app| Ok(self.work(app).await?)).await?;
        said.into_iter().for_each(say);
        Ok(ExitCode::SUCCESS)
    }

    /// Does it, and answers what there is to say.
    async fn work(&self, app: &App) -> anyhow::Result<Option<String>> {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}%  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(if self.remove { "taking the demo away" } else { "making the demo" });
        let progress = |Progress { done, of }| {
            bar.set_length(u64::from(of));
            bar.set_position(u64::from(done));
        };
        let done = self.done(app, &progress).await;
        bar.finish_and_clear();
        done
    }

    async fn done(&self, app: &App, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Option<String>> {
        if self.remove {
            return Ok(Some(demo::remove(app, progress).await?.to_string()));
        }
        if self.first_start {
            // A first start that was interrupted goes on, whatever it was asked for.
            if let Some(report) = demo::resume(app, progress).await? {
                return Ok(Some(report.to_string()));
            }
            if !demo::unused(app).await? {
                return Ok(None);
            }
            demo::launch(app).await?;
        }
        let options = Options { seed: self.seed, members: self.members };
        Ok(Some(demo::run(app, options, progress).await?.to_string()))
    }
}
