//! `/metrics`, for Prometheus. It has an address of its own, because what it tells is not for everyone.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::imports;
use crate::telemetry::Pool;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves the metrics until the token is cancelled.
pub async fn serve_metrics(app: Arc<App>, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
    let router = Router::new().route("/metrics", get(metrics)).with_state(app);
    tokio::select! {
        ended = axum::serve(listener, router) => ended,
        // An answer takes a moment and can be asked for again: nothing is waited for.
        () = shutdown.cancelled() => Ok(()),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    app.metrics.set_pools(&[pool("reader", app.db.reader()), pool("writer", app.db.writer())]);
    app.metrics.set_lens(&app.lens.figures(app.clock.real_millis()));
    match imports::totals(&app).await {
        Ok(rows) => app.metrics.set_imported(&rows),
        // The other metrics are wanted most when the database does not answer.
        Err(fault) => tracing::warn!(?fault, "the imports could not be counted"),
    }
    ([(CONTENT_TYPE, OPEN_METRICS), (CACHE_CONTROL, "no-store")], app.metrics.encode())
}

fn pool(name: &'static str, connection: &DatabaseConnection) -> Pool {
    let (all, idle) = match connection.get_database_backend() {
        DbBackend::Postgres => {
            let pool = connection.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = connection.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    let all = usize::try_from(all).unwrap_or(usize::MAX);
    Pool { name, busy: all.saturating_sub(idle), idle }
}
