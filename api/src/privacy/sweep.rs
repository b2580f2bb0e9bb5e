//! What is deleted still lies in the database's files for a while: this sweeps it out.
//!
//! SQLite writes zeros over what is deleted (`secure_delete`), and the log of writes is emptied. PostgreSQL takes dead rows
//! away when it vacuums. Archived logs of writes, replicas' files and backups are the operator's.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbBackend;
use serde_json::json;

use super::places_store;
use crate::app::App;
use crate::db;
pub use crate::erased::SWEEP_JOB;
use crate::error::Fault;
use crate::jobs::{Held, NewJob, Setback};

/// How long to wait for whoever reads what was there before.
const AGAIN: Duration = Duration::from_secs(1);

/// The job that sweeps.
pub(super) fn job() -> NewJob {
    NewJob { kind: SWEEP_JOB, arguments: json!({}) }
}

/// Sweeps after erasures; done again it finds less to do.
pub async fn sweep(app: &Arc<App>, held: &Held) -> Result<(), Setback> {
    held.step(0, Some(1)).await?;
    if app.db.backend() == DbBackend::Postgres {
        db::vacuum(&app.db, &places_store::tables().collect::<Vec<_>>()).await?;
    }
    // However long somebody reads what was there before.
    while !at_once(app).await? {
        tokio::time::sleep(AGAIN).await;
        held.step(0, Some(1)).await?;
    }
    let _ = held.step(1, Some(1)).await;
    Ok(())
}

/// Empties SQLite's log of writes; false where a reader was in the way. On PostgreSQL there is nothing to be done at once.
pub(super) async fn at_once(app: &App) -> Result<bool, Fault> {
    db::empty_log(&app.db).await
}
