//! Removes segments.

use entity::ids::SegmentId;
use entity::kinds::{MembershipEventKind, MembershipReason};

use super::SegmentRef;
use super::membership_store::{self, Event};
use super::store::{self, Hold};
use crate::app::App;
use crate::auth::Caller;
use crate::db;
use crate::error::{Refusal, RefusalCode, Stop};

/// Removes a segment and its memberships; the log keeps its key and name, and the key is free again.
pub async fn remove(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<SegmentId, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let row = segment.hold(&txn, Hold::Locked).await?;
        if expected_version.is_some_and(|expected| expected != row.version) {
            let message = format!("someone else changed the segment: its version is {}", row.version);
            return Err(Refusal::new(RefusalCode::Conflict, message, &["input", "expectedVersion"]).into());
        }
        let event = Event {
            kind: MembershipEventKind::Left,
            reason: MembershipReason::SegmentRemoved,
            at: app.clock.now(app.program().zone),
            actor: &caller.email,
        };
        membership_store::empty(&txn, &row, &event).await?;
        store::remove(&txn, row.id).await?;
        txn.commit().await?;
        Ok(row.id)
    })
    .await
}
