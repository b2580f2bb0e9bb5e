//! Sessions that were looked up a moment ago, so that a dashboard's burst of requests does not look up the same one each
//! time.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::calendar::Millis;
use lru::LruCache;

use super::Caller;

/// How long a session is believed. What this process changes of sessions and users holds at once; what another process
/// changes, such as `tessera user`, holds after this time at the latest.
const BELIEVED: Millis = 1_000;

const MOST: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// The recent sessions of one server process, by their families.
pub struct RecentSessions(Mutex<Kept>);

struct Kept {
    /// Grows when everything is forgotten: what was read before then is not kept after.
    reading: u64,
    sessions: LruCache<String, (Caller, Millis)>,
}

impl Default for RecentSessions {
    fn default() -> Self {
        Self(Mutex::new(Kept { reading: 0, sessions: LruCache::new(MOST) }))
    }
}

/// A look-up under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading(u64);

impl RecentSessions {
    /// The caller of a family, if it was looked up within the last second.
    pub(super) fn get(&self, family: &str, now: Millis) -> Result<Caller, Reading> {
        let mut kept = self.lock();
        let reading = Reading(kept.reading);
        let found = kept.sessions.get(family).filter(|(_, seen)| (0..BELIEVED).contains(&(now - seen)));
        found.map(|(caller, _)| caller.clone()).ok_or(reading)
    }

    /// Keeps what a look-up found, unless something was changed since it began.
    pub(super) fn keep(&self, Reading(reading): Reading, family: String, caller: Caller, now: Millis) {
        let mut kept = self.lock();
        if kept.reading == reading {
            kept.sessions.put(family, (caller, now));
        }
    }

    /// Forgets everything, after a change of sessions or users was committed.
    pub(super) fn forget(&self) {
        let mut kept = self.lock();
        kept.reading += 1;
        kept.sessions.clear();
    }

    /// What is kept is whole at every moment, so that a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use entity::ids::{SessionId, UserId};
    use entity::kinds::Role;

    use super::*;

    #[test]
    fn a_session_is_believed_for_a_second_and_not_after_a_change() {
        let recent = RecentSessions::default();
        let ann = Caller {
            user: UserId(1),
            email: "ann@example.org".to_owned(),
            role: Role::Analyst,
            session: SessionId(1),
            address: None,
        };
        let reading = recent.get("a", 5_000).unwrap_err();
        recent.keep(reading, "a".to_owned(), ann.clone(), 5_000);
        assert_eq!(recent.get("a", 5_999).unwrap(), ann);
        assert!(recent.get("a", 6_000).is_err() && recent.get("a", 4_999).is_err() && recent.get("b", 5_000).is_err());
        recent.forget();
        assert!(recent.get("a", 5_001).is_err());
        // What was read before the change comes too late.
        recent.keep(reading, "a".to_owned(), ann, 5_002);
        assert!(recent.get("a", 5_003).is_err());
    }
}
