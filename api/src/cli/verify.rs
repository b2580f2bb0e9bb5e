//! `tessera verify`

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::output::say;
use super::with_app;
use crate::config::Settings;
use crate::verify;

/// Recount every figure from the rows and name what differs
///
/// The sums of members and segments are moved with every change and never recounted when
/// they are read; this recounts all of them, and every membership, from the rows below
/// them. It changes nothing, and may run beside a server. Exit code 1 where something
/// differs, which is a fault of the program worth reporting.
///
/// Example:
///   tessera verify && echo all figures are exact
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Verify {}

impl Verify {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let report = with_app(settings, async |app| Ok(verify::run(app).await?)).await?;
        for difference in &report.differences {
            say(difference);
        }
        say(&report);
        Ok(if report.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
