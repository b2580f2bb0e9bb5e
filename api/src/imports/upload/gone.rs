//! Uploads that nobody needs any more go, a little at a time: pieces are large, SQLite has one writer, and what is deleted
//! there is written over.

use entity::ids::JobId;
use sea_orm::DbBackend;
use serde_json::json;

use super::gone_store::{self as store, Gone};
use super::store as uploads;
use crate::app::App;
use crate::audit::By;
use crate::db;
use crate::erased;
use crate::error::{Fault, Stop};
use crate::imports::manners::Manners;
use crate::jobs::{self, NewJob};

/// How many pieces one transaction removes: megabytes.
const AT_ONCE: u64 = 16;
/// How many transactions one tidying takes: the rest goes with the next.
const TURNS: usize = 32;
/// How long an upload waits for its next part: a day.
const KEPT: i64 = 24 * 3_600_000;
/// Who tidies.
const COMMAND: &str = "tessera serve";

/// Forgets the file of a job that needs it no more.
pub(super) async fn forget(app: &App, job: JobId) -> Result<(), Stop> {
    if let Some(row) = uploads::of_job(app.db.writer(), job).await? {
        let (gone, mut turns) = (Gone { id: row.id, created_at: row.created_at }, usize::MAX);
        drop_pieces(app, gone, &mut turns).await?;
    }
    Ok(())
}

/// Forgets the files of jobs that are over, and what nobody came back to.
pub async fn tidy(app: &App) -> Result<(), Stop> {
    let mut turns = TURNS;
    for gone in store::over(app.db.reader()).await? {
        drop_pieces(app, gone, &mut turns).await?;
    }
    for gone in store::give_up(app.db.writer(), app.clock.real_millis() - KEPT).await? {
        if drop_pieces(app, gone, &mut turns).await? {
            store::drop_upload(app.db.writer(), gone.id).await?;
        }
    }
    Ok(())
}

/// Removes the pieces of an upload, in so many transactions at most; false where some are left.
///
/// Where a person was erased while they waited they may have held that person's data: then it is swept after them as after an
/// erasure.
async fn drop_pieces(app: &App, gone: Gone, turns: &mut usize) -> Result<bool, Stop> {
    let (mut manners, mut sweeps) = (Manners::on(app.db.backend()), false);
    let mut is_done = false;
    while !is_done && *turns > 0 {
        *turns -= 1;
        manners.make_room().await;
        let (dropped, erased) = db::retry(|| async {
            let txn = app.db.begin().await?;
            let dropped = store::drop_some(&txn, gone.id, i64::try_from(AT_ONCE).unwrap_or(i64::MAX)).await?;
            let erased = dropped > 0 && store::erased_since(&txn, gone.created_at).await?;
            if erased {
                // With each transaction: the job after the last of them finds everything gone.
                let job = NewJob { kind: erased::SWEEP_JOB, arguments: json!({}) };
                jobs::enqueue_once(app, &txn, By::command(COMMAND), job).await?;
            }
            txn.commit().await?;
            Ok::<_, Stop>((dropped, erased))
        })
        .await?;
        is_done = dropped < AT_ONCE;
        sweeps |= erased;
    }
    if sweeps {
        sweep(app).await;
    }
    Ok(is_done)
}

/// Sweeps at once where it can be done at once; else the job does it.
async fn sweep(app: &App) {
    let swept = async {
        if app.db.backend() == DbBackend::Postgres {
            db::vacuum(&app.db, &["upload_piece"]).await?;
        }
        db::empty_log(&app.db).await
    };
    if let Err::<bool, Fault>(fault) = swept.await {
        tracing::warn!(?fault, "it could not be swept at once after pieces of uploads; a job tries again");
    }
    jobs::wake(app);
}
