//! What those who watch are told: comings and goings, segments that changed, jobs that move on. One follower in a process
//! reads it from the database, whichever process changed it, and feeds all who watch there.

mod events;
mod follow;
mod jobs;
mod latest;
mod segments;
mod store;

use std::sync::Arc;

use entity::ids::{JobId, SegmentId};
use entity::{job, membership_event};
use tokio::sync::{Notify, broadcast};

pub use events::events;
pub use follow::follow;
pub use jobs::progress;
pub use segments::updated;

use self::latest::Latest;
use self::store::Mark;

/// What the follower hands to those who watch.
#[derive(Debug)]
pub struct Watch {
    events: broadcast::Sender<Arc<News>>,
    segments: Arc<Latest<SegmentId, Mark>>,
    jobs: Arc<Latest<JobId, job::Model>>,
    /// Somebody began to watch.
    wanted: Notify,
    /// There may be something new.
    told: Notify,
}

/// A part of the log of comings and goings, as it was read.
#[derive(Debug)]
struct News {
    /// All before and up to this row was read earlier.
    after: i64,
    /// What follows, in the order of the ids.
    rows: Vec<membership_event::Model>,
}

/// How many parts of the log are kept for who is slow; whoever falls further behind reads the log itself.
const KEPT: usize = 64;

impl Default for Watch {
    fn default() -> Self {
        Self {
            events: broadcast::Sender::new(KEPT),
            segments: Arc::default(),
            jobs: Arc::default(),
            wanted: Notify::new(),
            told: Notify::new(),
        }
    }
}

impl Watch {
    fn is_wanted(&self) -> bool {
        self.events.receiver_count() > 0 || self.segments.is_watched() || self.jobs.is_watched()
    }
}
