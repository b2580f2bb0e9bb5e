//! Segments whose members a campaign is for.

use entity::ids::SegmentId;
use entity::segment;

use super::SegmentRef;
use super::row_store::{self, Hold};
use crate::db::Txn;
use crate::error::{Fault, Refusal, RefusalCode, Stop};

/// A segment that a campaign names, kept from being removed and switched off until the transaction ends. One that is
/// inactive cannot be newly named.
pub async fn kept_for_campaign(
    txn: &Txn,
    segment: &SegmentRef,
    named_before: Option<SegmentId>,
) -> Result<segment::Model, Stop> {
    let row = segment.hold(txn, Hold::Kept).await?;
    if !row.active && named_before != Some(row.id) {
        let message = format!("the segment {} is inactive: it cannot be named by a campaign", row.key);
        return Err(Refusal::new(RefusalCode::NotAllowed, message, &["input", "segment"]).into());
    }
    Ok(row)
}

/// The segment of a campaign, locked, so that what happens to it is told in its order.
pub async fn locked_for_campaign(txn: &Txn, id: SegmentId) -> Result<segment::Model, Fault> {
    let row = row_store::hold(txn, id, Hold::Locked).await?;
    row.ok_or_else(|| Fault::new("a campaign that has not ended has lost its segment"))
}
