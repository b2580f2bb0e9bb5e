//! `tessera serve`

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;

use super::failure::Failure;
use super::welcome;
use crate::app::App;
use crate::config::Settings;
use crate::worker::{Handlers, Pace, Worker};
use crate::{auth, facts, figures, housekeeping, http, shutdown, webhooks};

/// Serve the API and its pages
///
/// Opens the database, made at the first start, brings it up to date, and serves GraphQL at
/// /graphql, GraphiQL at /graphiql, /healthz and /readyz, and /metrics on an address of its
/// own. The first start makes the owner, who may do everything, and prints the password
/// once. SIGTERM or Ctrl-C lets the requests under way finish and ends with 0. It works on
/// the jobs of the database, too; several servers of one PostgreSQL share them.
///
/// Examples:
///   tessera serve
///   tessera serve --listen 0.0.0.0:80 --database-url postgres://tessera:secret@db/tessera
///   TESSERA_OWNER_EMAIL=ann@example.com TESSERA_OWNER_PASSWORD=… tessera serve
///   tessera serve --today 1998-06-30          (to look at old data as it was on that day)
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Serve {}

/// How long the stop waits for the database's connections.
pub(super) const CLOSING: Duration = Duration::from_secs(2);

impl Serve {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let stop = shutdown::on_signal()?;
        // The ports come first: a second server on the same machine stops before it touches anything.
        let listener = bind(settings.listen, "listen").await?;
        let metrics = match settings.metrics_listen {
            Some(address) => Some(bind(address, "metrics-listen").await?),
            None => None,
        };
        let app = App::open(settings).await?;
        // A midnight that was missed is caught up before anybody reads a figure.
        figures::roll::to_today(&app).await?;
        let owner = auth::ops::ensure_owner(&app).await?;
        let address = listener.local_addr()?;
        welcome::greet(&app, address, metrics.as_ref(), owner).await?;
        tracing::info!(%address, "serving");
        if let Some(metrics) = metrics {
            tokio::spawn(http::serve_metrics(Arc::clone(&app), metrics, stop.clone()));
        }
        let following = tokio::spawn(facts::follow(Arc::clone(&app), stop.clone()));
        tokio::spawn(housekeeping::run(Arc::clone(&app), stop.clone()));
        let worker = Worker::new(Arc::clone(&app), Handlers::product(), Pace::default());
        let working = tokio::spawn(worker.run(stop.clone()));
        let sending = tokio::spawn(webhooks::run(Arc::clone(&app), webhooks::Pace::default(), stop.clone()));
        let served = async {
            let ended = http::serve(Arc::clone(&app), listener, stop.clone()).await;
            stop.cancel();
            ended
        };
        let worked = async {
            stop.cancelled().await;
            let _ = tokio::time::timeout(shutdown::GRACE, futures::future::join3(working, sending, following)).await;
        };
        let (served, ()) = tokio::join!(served, worked);
        served?;
        // Connections of requests that were cut off may not come back: they end with the process.
        let _ = tokio::time::timeout(CLOSING, app.db.close()).await;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => format!("port {} of {} is taken by another program", address.port(), address.ip()),
            ErrorKind::PermissionDenied => format!("port {} of {} needs more rights", address.port(), address.ip()),
            _ => format!("{address} cannot be listened on ({error})"),
        };
        let another = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port().checked_add(1).unwrap_or(8080)));
        Failure::new(format!("{why}: choose another with --{setting}, for example --{setting} {another}"))
    })
}
