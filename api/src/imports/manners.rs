//! Room for others between chunks.
//!
//! SQLite has one writer at a time, and whoever waits for it only looks again every 100 ms: an import that takes up one
//! chunk right after the other would keep a server from writing until the file ends. PostgreSQL locks rows, and nobody
//! has to wait for more than a chunk.

use std::time::{Duration, Instant};

use sea_orm::DbBackend;

/// After so much work …
const WORK: Duration = Duration::from_secs(1);
/// … the database is left alone for so long: a little longer than a waiting connection sleeps.
const ROOM: Duration = Duration::from_millis(120);

/// Makes room for others now and then.
pub(super) struct Manners {
    needed: bool,
    since: Instant,
}

impl Manners {
    pub(super) fn on(backend: DbBackend) -> Self {
        Self { needed: backend == DbBackend::Sqlite, since: Instant::now() }
    }

    /// Waits a moment where it is time to; called while no transaction is open.
    pub(super) async fn make_room(&mut self) {
        if self.needed && self.since.elapsed() >= WORK {
            tokio::time::sleep(ROOM).await;
            self.since = Instant::now();
        }
    }
}
