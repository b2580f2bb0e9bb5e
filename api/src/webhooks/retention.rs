//! What was told is kept for a while, so that somebody can see why a receiver does not know something.

use chrono::TimeDelta;

use super::delivery_store as store;
use crate::app::App;
use crate::error::Fault;

/// For how long deliveries are kept with their attempts after they were settled, and what waits for an endpoint that was
/// switched off.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How many are removed at once, so that nobody waits for long.
const AT_ONCE: i64 = 1_000;

/// Removes what was kept for long enough.
pub async fn forget(app: &App) -> Result<(), Fault> {
    let before = app.clock.real_millis() - KEPT.num_milliseconds();
    while store::forget(app.db.writer(), before, AT_ONCE).await? > 0 {}
    Ok(())
}
