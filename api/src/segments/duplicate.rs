//! Makes a second segment out of one.

use entity::kinds::{MembershipEventKind, MembershipReason};

use super::create::{Checked, insert, read};
use super::log::{Log, Who};
use super::store::{self, Hold};
use super::{SegmentRef, SegmentRow, trace};
use crate::app::App;
use crate::audit;
use crate::auth::Caller;
use crate::error::Stop;
use crate::{db, figures};

/// Which segment, and how the new one is called.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// The segment.
    pub segment: SegmentRef,
    /// The name of the new one; its key is made from it.
    pub name: String,
}

/// Makes an active MANUAL segment with the description and the tags of another and of those who belong to it now.
pub async fn duplicate(app: &App, caller: &Caller, duplicate: &Duplicate) -> Result<SegmentRow, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        // Locked, so that nobody comes or goes while those who belong are counted and copied.
        let model = duplicate.segment.hold(&txn, Hold::Locked).await?;
        let tags = store::tags_of(&txn, &[model.id]).await?.remove(&model.id).unwrap_or_default();
        let checked = Checked::duplicate(&duplicate.name, model.description, tags)?;
        let row = insert(&txn, caller, &checked, true, reckoning.now).await?;
        store::write_tags(&txn, row.id, &checked.tags).await?;
        figures::make_segment(&txn, row.id, &reckoning).await?;
        let who = Who::BelongingTo(model.id);
        let log = Log::open(&txn, &reckoning, &who, &caller.email).await?;
        let joined = log.write(&row, &who, MembershipEventKind::Joined, MembershipReason::Assigned).await?;
        log.apply().await?;
        let changes = checked.made(&row.key).new_field("duplicateOf", &model.key).new_field("members", joined);
        audit::write(app, &txn, caller.by(), trace("duplicateSegment", &row, changes)).await?;
        let made = read(&txn, row.id).await?;
        txn.commit().await?;
        Ok(made)
    })
    .await
}
