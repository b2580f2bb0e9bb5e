//! How callers name segments.

use entity::ids::SegmentId;
use entity::segment;
use sea_orm::{ConnectionTrait, DbErr};

use super::row_store::{self, Hold};
use crate::db::Txn;
use crate::error::{Fault, Refusal, RefusalCode, Stop};

/// A segment as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SegmentRef {
    /// By id.
    Id(SegmentId),
    /// By key.
    Key(String),
    /// By an id that is none of ours.
    Unreadable,
}

impl SegmentRef {
    /// The segment's id; none where there is no such segment.
    pub async fn find(&self, db: &impl ConnectionTrait) -> Result<Option<SegmentId>, Fault> {
        Ok(self.row(db).await?.map(|row| row.id))
    }

    pub(super) async fn row(&self, db: &impl ConnectionTrait) -> Result<Option<segment::Model>, DbErr> {
        match self {
            Self::Id(id) => row_store::segment(db, *id).await,
            // No key holds a NUL, and PostgreSQL takes none.
            Self::Key(key) if engine::text::is_segment_key(key) => row_store::segment_by_key(db, key).await,
            Self::Key(_) | Self::Unreadable => Ok(None),
        }
    }

    /// The segment locked for its own change, if its version is still the one that the caller saw.
    pub(super) async fn lock(&self, txn: &Txn, expected_version: Option<i64>) -> Result<segment::Model, Stop> {
        let row = self.hold(txn, Hold::Locked).await?;
        if expected_version.is_some_and(|expected| expected != row.version) {
            let message = format!("someone else changed the segment: its version is {}", row.version);
            return Err(Refusal::new(RefusalCode::Conflict, message, &["input", "expectedVersion"]).into());
        }
        Ok(row)
    }

    /// The segment for a change within a transaction: kept from being removed, or locked for its own change.
    pub(super) async fn hold(&self, txn: &Txn, hold: Hold) -> Result<segment::Model, Stop> {
        let found = match self.row(txn).await? {
            Some(row) => row_store::hold(txn, row.id, hold).await?,
            None => None,
        };
        let missing = || Refusal::new(RefusalCode::NotFound, "there is no such segment", &["input", "segment"]);
        Ok(found.ok_or_else(missing)?)
    }
}
