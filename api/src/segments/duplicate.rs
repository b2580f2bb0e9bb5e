//! Makes a second segment out of one.

use entity::kinds::{MembershipEventKind, MembershipReason, WebhookEvent};

use super::create::{Changed, Checked, Made, define, insert, read};
use super::row_store::{self, Hold};
use super::{SegmentRef, definition, tag_store, trace};
use crate::app::App;
use crate::audit;
use crate::auth::Caller;
use crate::db::{self, Lock};
use crate::error::Stop;
use crate::membership::{self, Log, Who};
use crate::{figures, jobs, webhooks};

/// Which segment, and how the new one is called.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// The segment.
    pub segment: SegmentRef,
    /// The name of the new one; its key is made from it.
    pub name: String,
    /// A MANUAL segment of those who belong now, else one that lives by the same rule and pins.
    pub frozen: bool,
}

/// Makes an active segment with the description and the tags of another: of those who belong to it now, or with its rule
/// and its pins.
pub async fn duplicate(app: &App, caller: &Caller, duplicate: &Duplicate) -> Result<Changed, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        if !duplicate.frozen {
            db::lock(&txn, Lock::RuleSet).await?;
        }
        let reckoning = figures::reckon(app, &txn).await?;
        // Locked, so that nobody comes or goes while those who belong are counted and copied.
        let model = duplicate.segment.hold(&txn, Hold::Locked).await?;
        let tags = tag_store::of(&txn, &[model.id]).await?.remove(&model.id).unwrap_or_default();
        let checked = Checked::duplicate(&duplicate.name, model.description, tags)?;
        let rule = model.rule.as_deref().filter(|_| !duplicate.frozen).map(membership::told).transpose()?;
        let made = Made { active: true, rule: rule.as_ref(), now: reckoning.now };
        let row = insert(&txn, caller, &checked, &made).await?;
        tag_store::write(&txn, row.id, &checked.tags).await?;
        figures::make_segment(&txn, row.id, &reckoning).await?;
        webhooks::segment_event(&txn, WebhookEvent::SegmentCreated, &row, reckoning.now).await?;
        let changes = checked.made(&row.key).new_field("duplicateOf", &model.key);
        let (job, changes) = match &rule {
            Some(rule) => {
                row_store::copy_pins(&txn, model.id, row.id, &caller.email, reckoning.now).await?;
                let job = define(app, &txn, caller, &row, rule, reckoning.now).await?;
                (job, changes.new_field("rule", definition::shown(&txn, Some(rule)).await?))
            }
            None => {
                let who = Who::BelongingTo(model.id);
                let log = Log::open(&txn, &reckoning, &who, Some(&caller.email)).await?;
                let joined = log.write(&row, &who, MembershipEventKind::Joined, MembershipReason::Assigned).await?;
                log.apply().await?;
                (None, changes.new_field("members", joined))
            }
        };
        audit::write(app, &txn, caller.by(), trace("duplicateSegment", &row, changes)).await?;
        let segment = read(&txn, row.id).await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(Changed { segment, job })
    })
    .await
}
