//! `tessera serve`

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::welcome;
use crate::app::App;
use crate::config::Settings;
use crate::{auth, housekeeping, http, shutdown};

/// Serve the API and its pages
///
/// Opens the database, made at the first start, brings it up to date, and serves GraphQL at /graphql, GraphiQL at
/// /graphiql, /healthz and /readyz, and /metrics on an address of its own. The first start makes the owner, who may do
/// everything, and prints the password once. SIGTERM or Ctrl-C lets the requests under way finish and ends with 0.
///
/// Examples:
///   tessera serve
///   tessera serve --listen 0.0.0.0:80 --database-url postgres://tessera:secret@db/tessera
///   TESSERA_OWNER_EMAIL=ann@example.com TESSERA_OWNER_PASSWORD=… tessera serve
///   tessera serve --today 1998-06-30          (to look at old data as it was on that day)
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Serve {}

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
        let owner = auth::ops::ensure_owner(&app).await?;
        welcome::greet(&app, listener.local_addr()?, metrics.as_ref(), owner).await?;
        if let Some(metrics) = metrics {
            tokio::spawn(http::metrics::serve(Arc::clone(&app), metrics, stop.clone()));
        }
        tokio::spawn(housekeeping::run(Arc::clone(&app), stop.clone()));
        serve(Arc::clone(&app), listener, stop).await?;
        app.db.close().await.map_err(crate::error::Fault::from)?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// Serves until the signal, and then as long as what is under way needs, at most the time of grace.
async fn serve(app: Arc<App>, listener: TcpListener, stop: CancellationToken) -> Result<(), Failure> {
    let mut served = tokio::spawn(http::serve(app, listener, stop.clone()));
    tokio::select! {
        ended = &mut served => return ended.map_err(|error| Failure::new(error.to_string()))?.map_err(Failure::from),
        () = stop.cancelled() => {}
    }
    match timeout(shutdown::GRACE, served).await {
        Ok(ended) => ended.map_err(|error| Failure::new(error.to_string()))?.map_err(Failure::from),
        Err(_) => {
            tracing::warn!("stopped while requests were still under way");
            Ok(())
        }
    }
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => format!("port {} of {} is taken by another program", address.port(), address.ip()),
            ErrorKind::PermissionDenied => format!("port {} of {} needs more rights", address.port(), address.ip()),
            _ => format!("{address} cannot be listened on ({error})"),
        };
        Failure::new(format!("{why}: choose another with --{setting}, for example --{setting} {}:0.", address.ip()))
    })
}
