//! What is to be told, written in the transaction of the change: either both are there or neither.

use engine::calendar::Millis;
use entity::kinds::WebhookEvent;
use entity::{campaign, segment};

use super::{CHANNEL, outbox_store as store};
use crate::db::{self, Txn};
use crate::error::Fault;

/// Notes that something happened to a segment, for whoever wants to know. The segment's row is locked, so that what
/// happens to it is told in its order.
pub async fn segment_event(txn: &Txn, event: WebhookEvent, segment: &segment::Model, at: Millis) -> Result<(), Fault> {
    let listeners = store::listeners(txn, &[event]).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    announce(txn, store::write_segment_event(txn, &listeners, segment, None, at).await?).await
}

/// Notes that something happened to a campaign for a segment's members, for whoever wants to know of the segment, whose row
/// is locked.
pub async fn campaign_event(
    txn: &Txn,
    event: WebhookEvent,
    campaign: &campaign::Model,
    segment: &segment::Model,
    at: Millis,
) -> Result<(), Fault> {
    let listeners = store::listeners(txn, &[event]).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    announce(txn, store::write_segment_event(txn, &listeners, segment, Some(campaign), at).await?).await
}

/// Notes the comings and goings that the log holds after a row, for whoever wants to know: some hundred in one delivery.
/// Nobody else writes to the log at this moment.
pub async fn membership_events(txn: &Txn, after: i64, at: Millis) -> Result<(), Fault> {
    let events = [WebhookEvent::MemberJoinedSegment, WebhookEvent::MemberLeftSegment];
    let listeners = store::listeners(txn, &events).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    announce(txn, store::write_membership_events(txn, &listeners, after, at).await?).await
}

async fn announce(txn: &Txn, written: u64) -> Result<(), Fault> {
    if written > 0 { db::notify(txn, CHANNEL).await } else { Ok(()) }
}
