//! Keeps the lens right for as long as the process runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Lens;
use super::follower::Follower;
use crate::app::App;
use crate::error::Fault;
use crate::{changes, db};

/// How often it looks by itself.
const POLL: Duration = Duration::from_millis(500);
/// How long it rests between two looks that nobody waits for.
const REST: Duration = Duration::from_millis(100);
/// How long it waits after a failure.
const AGAIN: Duration = Duration::from_secs(1);

/// Loads everybody's facts and follows the log of changes until the token is cancelled, where the settings want it.
pub fn follow(app: Arc<App>, stop: CancellationToken) -> impl Future<Output = ()> + Send {
    // At once, so that nobody takes a lens that is just about to begin for one that is off.
    app.lens.works.store(app.settings.lens, Ordering::Relaxed);
    async move {
        if app.settings.lens {
            let told = |_: &str| app.lens.wake();
            let hearing = db::listen(&app.settings.database_url, &[changes::CHANNEL], told);
            let working = async { tokio::join!(hearing, work(&app, &stop)) };
            stop.run_until_cancelled(Box::pin(working)).await;
            app.lens.works.store(false, Ordering::Relaxed);
            // Whoever waits learns that nothing will come.
            app.lens.answered.send_replace(u64::MAX);
        }
    }
}

async fn work(app: &Arc<App>, stop: &CancellationToken) {
    let lens = &app.lens;
    let (mut follower, mut failing) = (None, false);
    loop {
        let asked = lens.asked.load(Ordering::SeqCst);
        match look(app, &mut follower, stop).await {
            Ok(()) => {
                lens.answered.send_replace(asked);
                failing = false;
                rest(lens).await;
            }
            Err(fault) => {
                if !failing && !stop.is_cancelled() {
                    tracing::warn!(?fault, "everybody's facts in memory could not be renewed; tries follow");
                }
                failing = true;
                sleep(AGAIN).await;
            }
        }
    }
}

/// Loads everything where that is to be done, and takes in whatever was changed.
async fn look(app: &Arc<App>, follower: &mut Option<Follower>, stop: &CancellationToken) -> Result<(), Fault> {
    loop {
        let followed = match follower.take_if(|follower| !follower.can_follow(app)) {
            None => follower.as_mut(),
            Some(_) => None,
        };
        let followed = match followed {
            Some(followed) => followed,
            None => {
                let loaded = Follower::load(app, stop).await?;
                app.lens.loads.fetch_add(1, Ordering::Relaxed);
                follower.insert(loaded)
            }
        };
        if followed.look(app, stop).await? {
            return Ok(());
        }
        *follower = None;
    }
}

/// Waits for the next reason to look.
async fn rest(lens: &Lens) {
    tokio::select! {
        () = lens.wanted.notified() => return,
        () = sleep(REST) => {}
    }
    tokio::select! {
        () = lens.wanted.notified() => {}
        () = lens.changed.notified() => {}
        () = sleep(POLL) => {}
    }
}
