//! What a server does besides answering: it rolls the figures and decides everybody at the programme's midnight, ends
//! campaigns whose time is over, asks again for what stands still, and forgets quiet callers.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Stop;
use crate::{campaigns, changes, figures, imports, membership, partners, retention, valuation};

/// How often it looks; looking costs one small read.
const EVERY: Duration = Duration::from_secs(15);
/// How often it tidies up.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// How long changes are told to those who follow them; who did not for so long begins anew.
const CHANGES_KEPT: TimeDelta = TimeDelta::days(1);

/// Works until the token is cancelled.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tidied = Instant::now();
    retention::forget(&app).await;
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(fault) = app.look_at_program().await {
            tracing::warn!(?fault, "the programme could not be read; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = figures::roll::to_today(&app).await {
            tracing::error!(?fault, "the figures could not be rolled to today; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = membership::to_today(&app).await {
            tracing::error!(?fault, "not everybody could be decided for today; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = campaigns::end_over(&app).await {
            tracing::error!(?fault, "campaigns whose time is over could not be ended; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = membership::evaluate_outdated(&app).await {
            tracing::error!(?fault, "segments that stand still could not be asked for; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = valuation::keep_up(&app).await {
            tracing::error!(?fault, "what members are worth could not be asked for; the next try follows");
        }
        if let Err(Stop::Fault(fault)) = imports::upload::tidy(&app).await {
            tracing::warn!(?fault, "uploads that are over could not be removed; the next try follows");
        }
        app.rates.forget_quiet();
        app.requests.forget_quiet();
        if tidied.elapsed() > TIDY_EVERY {
            tidied = Instant::now();
            if let Err(Stop::Fault(fault)) = partners::abort_old_lists(&app).await {
                tracing::warn!(?fault, "lists that were not finished could not be aborted; the next try follows");
            }
            let before = app.clock.now(app.program().zone) - CHANGES_KEPT.num_milliseconds();
            if let Err(fault) = changes::forget(app.db.writer(), before).await {
                tracing::warn!(?fault, "old changes could not be removed; the next try follows");
            }
            retention::forget(&app).await;
        }
    }
}
