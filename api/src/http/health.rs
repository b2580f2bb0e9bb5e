//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use migration::{Migrator, MigratorTrait};
use serde_json::json;

use super::Api;
use crate::facts::LensState;

/// How long the database may take before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(3);

/// `/healthz`: the process answers. A restart would mend nothing that this does not show.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `/readyz`: the database answers, its tables are those that this program knows, and everybody's facts are in memory
/// where they are to be.
pub(super) async fn ready(State(api): State<Arc<Api>>) -> Response {
    let pending = Migrator::get_pending_migrations_read_only(api.app.db.reader());
    let lens = api.app.lens.state();
    let (status, database, migrations) = match tokio::time::timeout(PATIENCE, pending).await {
        Ok(Ok(pending)) if pending.is_empty() => (StatusCode::OK, "ok", "ok"),
        Ok(Ok(_)) => (StatusCode::SERVICE_UNAVAILABLE, "ok", "pending"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "unreachable", "unknown")
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            (StatusCode::SERVICE_UNAVAILABLE, "unreachable", "unknown")
        }
    };
    let status = if lens == LensState::Loading { StatusCode::SERVICE_UNAVAILABLE } else { status };
    (status, Json(json!({ "database": database, "migrations": migrations, "lens": lens.word() }))).into_response()
}
