//! Removes segments.

use entity::ids::SegmentId;
use entity::kinds::{CampaignStatus, MembershipEventKind, MembershipReason, WebhookEvent};

use super::{SegmentRef, definition, row_store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Lock};
use crate::error::Stop;
use crate::membership::{Log, Who};
use crate::{figures, webhooks};

/// Removes a segment and its memberships, unless rules name it; the log keeps its key and name, and the key is free again.
pub async fn remove(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<SegmentId, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // Nobody decides by its rule, or names it anew, at this moment.
        db::lock(&txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let row = segment.lock(&txn, expected_version).await?;
        definition::unless_named(&txn, row.id, "removed").await?;
        let states = [CampaignStatus::Draft, CampaignStatus::Running];
        definition::unless_in_campaign(&txn, row.id, &states, "removed").await?;
        let log = Log::open_alone(&txn, &reckoning, Some(&caller.email)).await?;
        let who = Who::BelongingTo(row.id);
        let left = log.write(&row, &who, MembershipEventKind::Left, MembershipReason::SegmentRemoved).await?;
        let at = log.at();
        log.close().await?;
        webhooks::segment_event(&txn, WebhookEvent::SegmentRemoved, &row, at).await?;
        // There is nothing left that could follow from the log: everything of the segment's own goes.
        row_store::remove(&txn, row.id).await?;
        let changes = Changes::none().gone_field("key", &row.key).gone_field("name", &row.name);
        let changes = changes.new_field("left", Some(left).filter(|left| *left > 0));
        audit::write(app, &txn, caller.by(), trace("removeSegment", &row, changes)).await?;
        txn.commit().await?;
        Ok(row.id)
    })
    .await
}
