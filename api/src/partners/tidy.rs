//! What partners left behind is cleared away.

use chrono::TimeDelta;

use super::push_store;
use crate::app::App;
use crate::error::Fault;

/// Forgets receipts that are older: a key that is used again after that is a new one.
pub async fn forget(app: &App, age: TimeDelta) -> Result<(), Fault> {
    let before = app.clock.now(app.program().zone) - age.num_milliseconds();
    push_store::forget(app.db.writer(), before).await
}
