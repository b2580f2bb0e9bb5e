//! `tessera work`

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::failure::Failure;
use super::output::say;
use super::serve::CLOSING;
use crate::app::App;
use crate::config::Settings;
use crate::worker::{Handlers, Pace, Worker};
use crate::{facts, figures, housekeeping, shutdown, webhooks};

/// Do the long work of a database without serving it
///
/// Works on the jobs that the API queues, such as the one that a new time zone needs, and
/// rolls the figures at midnight: everything that `tessera serve` does besides answering. A
/// server needs none beside it; several of both share the work of one PostgreSQL. SIGTERM or
/// Ctrl-C lets the jobs under way finish for 10 seconds, leaves the others to whoever works
/// on, and ends with 0.
///
/// Example:
///   tessera work --database-url postgres://tessera:secret@db/tessera
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Work {}

impl Work {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let stop = shutdown::on_signal()?;
        let app = App::open(settings).await?;
        // A midnight that was missed is caught up before anything else.
        figures::roll::to_today(&app).await?;
        say(format!("The jobs of {} are worked on. Ctrl-C stops.", app.program().name));
        tracing::info!("working");
        let following = tokio::spawn(facts::follow(Arc::clone(&app), stop.clone()));
        tokio::spawn(housekeeping::run(Arc::clone(&app), stop.clone()));
        let worker = Worker::new(Arc::clone(&app), Handlers::product(), Pace::default());
        let working = tokio::spawn(worker.run(stop.clone()));
        let sending = tokio::spawn(webhooks::run(Arc::clone(&app), webhooks::Pace::default(), stop.clone()));
        stop.cancelled().await;
        let _ = tokio::time::timeout(shutdown::GRACE, futures::future::join3(working, sending, following)).await;
        let _ = tokio::time::timeout(CLOSING, app.db.close()).await;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}
