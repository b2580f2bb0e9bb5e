//! Tells whether anything was committed since somebody looked, without reading what it was.
//!
//! The last place in the log does not tell it: on PostgreSQL a transaction under way may still take a place before it. So
//! what is counted is everything behind a place before which nothing can come any more: as many rows with the same last one
//! are the same rows, also where old ones were forgotten.

use std::sync::{Mutex, MutexGuard};

use sea_orm::ConnectionTrait;

use super::Position;
use super::store::{self, Since};
use crate::error::Fault;

/// What was committed at a moment: everything up to a place, and so many changes behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    settled: Position,
    behind: i64,
    last: i64,
}

/// Numbers what this process sees of the log: the number grows whenever something more was committed.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<(u64, Beat)>);

/// How often somebody looks again because others looked meanwhile.
const LOOKS: usize = 4;

impl Pulse {
    /// The number of what is committed by now. Whatever is worked out after it was read has seen all of that.
    pub async fn number(&self, db: &impl ConnectionTrait) -> Result<u64, Fault> {
        for _ in 0..LOOKS {
            let seen = *self.lock()?;
            let (number, beat) = seen;
            let later = beat.later(db).await?;
            let mut now = self.lock()?;
            if *now != seen {
                // Somebody else looked meanwhile, perhaps later than we did.
                continue;
            }
            return Ok(match later {
                None => number,
                Some(beat) => {
                    *now = (number + 1, beat);
                    number + 1
                }
            });
        }
        // Others look all the time. Under a number that is new nobody has worked anything out yet, whatever was seen.
        let mut now = self.lock()?;
        now.0 += 1;
        Ok(now.0)
    }

    fn lock(&self) -> Result<MutexGuard<'_, (u64, Beat)>, Fault> {
        self.0.lock().map_err(|_| Fault::new("counting changes broke before"))
    }
}

impl Beat {
    /// What is committed by now, or at the moment that a transaction sees, where that is more; none where it is the same. The
    /// moment must not come before this one.
    pub async fn later(self, db: &impl ConnectionTrait) -> Result<Option<Self>, Fault> {
        let Since { since, settled, behind, last } = store::since(db, self.settled).await?;
        let is_same = since == self.behind && last == self.last;
        Ok((!is_same).then_some(Self { settled, behind, last }))
    }
}
