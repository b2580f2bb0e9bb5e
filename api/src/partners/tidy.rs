//! What partners left behind is cleared away.

use chrono::TimeDelta;

use super::{push_store, sync};
use crate::app::App;
use crate::error::Stop;

/// How long receipts are kept: a key that is used again after that is a new one.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Aborts the lists that were not finished within a day, and forgets old receipts.
pub async fn tidy(app: &App) -> Result<(), Stop> {
    sync::abort_old(app).await?;
    let before = app.clock.now(app.program().zone) - KEPT.num_milliseconds();
    Ok(push_store::forget(app.db.writer(), before).await?)
}
