//! What was told is kept for a while, so that somebody can see why a receiver does not know something.

use chrono::TimeDelta;

use super::delivery_store as store;
use crate::app::App;
use crate::error::Fault;

/// How many are removed at once, so that nobody waits for long.
const AT_ONCE: i64 = 1_000;

/// Removes deliveries with their attempts that were settled so long ago, and what has waited as long for an endpoint that is
/// switched off.
pub async fn forget(app: &App, age: TimeDelta) -> Result<(), Fault> {
    let before = app.clock.real_millis() - age.num_milliseconds();
    while store::forget(app.db.writer(), before, AT_ONCE).await? > 0 {}
    Ok(())
}
