//! The follower: reads what is watched whenever it was told that something changed, and from time to time anyway.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{News, Watch, store};
use crate::app::App;
use crate::error::Fault;
use crate::{changes, db, jobs, membership};

/// How often it looks by itself.
const POLL: Duration = Duration::from_millis(250);
/// How long it rests between two looks: what changes more often is told once.
const REST: Duration = Duration::from_millis(50);
/// How long it waits after a failure.
const AGAIN: Duration = Duration::from_secs(1);
/// How many rows of the log are read at once.
const ROWS: u64 = 1_000;

/// Feeds those who watch until the token is cancelled. While nobody watches it does nothing.
pub async fn follow(app: Arc<App>, stop: CancellationToken) {
    let told = |_: &str| app.watch.told.notify_one();
    let channels = [membership::CHANNEL, changes::CHANNEL, jobs::CHANNEL];
    let work = async {
        loop {
            if !app.watch.is_wanted() {
                app.watch.wanted.notified().await;
                continue;
            }
            let hearing = async {
                db::listen(&app.settings.database_url, &channels, told).await;
                pending::<()>().await;
            };
            tokio::select! {
                () = look_while_wanted(&app) => {}
                () = hearing => {}
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

async fn look_while_wanted(app: &App) {
    let (mut position, mut failing) = (None, false);
    while app.watch.is_wanted() {
        match look(app, &mut position).await {
            Ok(true) => continue,
            Ok(false) => {
                failing = false;
                rest(&app.watch).await;
            }
            Err(fault) => {
                if !failing {
                    tracing::warn!(?fault, "what is watched could not be read; tries follow");
                }
                failing = true;
                sleep(AGAIN).await;
            }
        }
    }
}

/// Reads everything that is watched once; true where the log goes on behind what was read of it.
async fn look(app: &App, position: &mut Option<i64>) -> Result<bool, Fault> {
    let (watch, db) = (&app.watch, app.db.reader());
    let mut more = false;
    if watch.events.receiver_count() == 0 {
        *position = None;
    } else {
        more = look_at_log(app, position).await?;
    }
    if let Some(asked) = watch.segments.begin() {
        let only = Some(asked.keys.as_slice()).filter(|_| !asked.everything);
        let marks = store::marks(db, only).await?;
        watch.segments.end(&asked, marks);
    }
    if let Some(asked) = watch.jobs.begin() {
        let jobs = store::jobs(db, &asked.keys).await?;
        watch.jobs.end(&asked, jobs);
    }
    Ok(more)
}

/// Reads on in the log. Nobody can write a row before one that is there: the log has one writer at a time.
async fn look_at_log(app: &App, position: &mut Option<i64>) -> Result<bool, Fault> {
    let Some(after) = *position else {
        // Those who watch see by this whether they have read as far themselves.
        let after = store::last_event(app.db.reader()).await?;
        *position = Some(after);
        let _ = app.watch.events.send(Arc::new(News { after, rows: Vec::new() }));
        return Ok(false);
    };
    let rows = store::events_after(app.db.reader(), None, after, ROWS).await?;
    let Some(last) = rows.last() else { return Ok(false) };
    *position = Some(last.id.0);
    let more = rows.len() as u64 == ROWS;
    // Nobody may be left to receive it.
    let _ = app.watch.events.send(Arc::new(News { after, rows }));
    Ok(more)
}

/// Waits for the next reason to look.
async fn rest(watch: &Watch) {
    tokio::select! {
        () = watch.wanted.notified() => return,
        () = sleep(REST) => {}
    }
    tokio::select! {
        () = watch.wanted.notified() => {}
        () = watch.told.notified() => {}
        () = sleep(POLL) => {}
    }
}
