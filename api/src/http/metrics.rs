//! `/metrics`, on an address of its own, so that the world that may call the API need not see it.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::imports;
use crate::telemetry::Pool;

/// Serves them until the token is cancelled.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
    axum::serve(listener, routes(app)).with_graceful_shutdown(stop.cancelled_owned()).await
}

fn routes(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    app.metrics.set_pools(&[pool("reader", app.db.reader()), pool("writer", app.db.writer())]);
    match imports::totals(&app).await {
        Ok(totals) => app.metrics.set_imported(&totals),
        // What is counted in memory is worth most when the database is gone.
        Err(fault) => tracing::warn!(?fault, "the imports could not be read for the metrics"),
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], app.metrics.encode()).into_response()
}

fn pool(name: &'static str, database: &DatabaseConnection) -> Pool {
    let (size, idle) = if database.get_database_backend() == DbBackend::Postgres {
        let pool = database.get_postgres_connection_pool();
        (pool.size(), pool.num_idle())
    } else {
        let pool = database.get_sqlite_connection_pool();
        (pool.size(), pool.num_idle())
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Pool { name, busy: size.saturating_sub(idle), idle }
}
