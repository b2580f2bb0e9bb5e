//! Comings and goings for one who watches: every one of them, in the order of the log.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use entity::ids::SegmentId;
use entity::membership_event;
use futures::{Stream, stream};
use tokio::sync::broadcast::Receiver;

use super::{News, store};
use crate::app::App;
use crate::error::Fault;

/// How many rows are read at once by one who is behind.
const ROWS: u64 = 250;
/// How long to wait before the database is asked again that could not be.
const AGAIN: Duration = Duration::from_secs(1);

/// What the log says of a segment, or of all, after a row; none: from now on.
pub async fn events(
    app: &Arc<App>,
    segment: Option<SegmentId>,
    after: Option<i64>,
) -> Result<impl Stream<Item = membership_event::Model> + use<>, Fault> {
    // Whoever receives first and reads the log then has missed nothing in between.
    let receiver = app.watch.events.subscribe();
    app.watch.wanted.notify_one();
    let last = match after {
        Some(after) => after,
        None => store::last_event(app.db.reader()).await?,
    };
    let reader = Reader {
        app: Arc::clone(app),
        segment,
        last,
        receiver,
        is_behind: true,
        read: VecDeque::new(),
        failing: false,
    };
    Ok(stream::unfold(reader, async |mut reader| {
        let row = reader.next().await;
        Some((row, reader))
    }))
}

/// Reads the log itself while it is behind, and takes what the follower reads afterwards.
struct Reader {
    app: Arc<App>,
    segment: Option<SegmentId>,
    /// Everything up to this row was told, or is about to be.
    last: i64,
    receiver: Receiver<Arc<News>>,
    is_behind: bool,
    /// What is about to be told.
    read: VecDeque<membership_event::Model>,
    failing: bool,
}

impl Reader {
    async fn next(&mut self) -> membership_event::Model {
        loop {
            if let Some(row) = self.read.pop_front() {
                return row;
            }
            if self.is_behind {
                self.catch_up().await;
                continue;
            }
            match self.receiver.recv().await {
                Ok(news) if news.after <= self.last => self.take(&news),
                // Something was read before this one began to receive, or was too much for it.
                Ok(_) | Err(_) => self.is_behind = true,
            }
        }
    }

    fn take(&mut self, news: &News) {
        let new = news.rows.iter().filter(|row| row.id.0 > self.last);
        let own = new.filter(|row| self.segment.is_none_or(|segment| row.segment_id == segment));
        self.read.extend(own.cloned());
        if let Some(row) = news.rows.last() {
            self.last = self.last.max(row.id.0);
        }
    }

    /// Reads a part of the log. Where the database cannot be asked, it waits: nothing may be missed.
    async fn catch_up(&mut self) {
        match self.read_on().await {
            Ok(()) => self.failing = false,
            Err(fault) => {
                if !self.failing {
                    tracing::warn!(?fault, "the log of memberships could not be read for one who watches");
                }
                self.failing = true;
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    async fn read_on(&mut self) -> Result<(), Fault> {
        let db = self.app.db.reader();
        // Before the rows, so that none that comes in between is taken for read.
        let end = store::last_event(db).await?;
        let rows = store::events_after(db, self.segment, self.last, ROWS).await?;
        self.is_behind = rows.len() as u64 == ROWS;
        let read_to = rows.last().map_or(self.last, |row| row.id.0);
        self.last = if self.is_behind { read_to } else { read_to.max(end).max(self.last) };
        self.read.extend(rows);
        Ok(())
    }
}
