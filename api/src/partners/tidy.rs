//! What partners left behind is cleared away.

use chrono::TimeDelta;

use super::{push_store, sync_store};
use crate::app::App;
use crate::error::Fault;

/// How many are removed at once, so that nobody waits for long.
const AT_ONCE: i64 = 1_000;

/// Forgets receipts and closed lists that are older: a key that is used again after that is a new one.
pub async fn forget(app: &App, age: TimeDelta) -> Result<(), Fault> {
    let before = app.clock.now(app.program().zone) - age.num_milliseconds();
    while push_store::forget(app.db.writer(), before, AT_ONCE).await? > 0 {}
    loop {
        let txn = app.db.begin().await?;
        let forgotten = sync_store::forget(&txn, before, AT_ONCE).await?;
        txn.commit().await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}
