//! Switches segments on and off.

use entity::kinds::{CampaignStatus, SegmentKind, WebhookEvent};
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::create::{Changed, read};
use super::{SegmentRef, definition, row_store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db::{self, Lock};
use crate::error::Stop;
use crate::{figures, jobs, membership, webhooks};

/// Lets members come and go again; a rule is evaluated in full. A segment that is active already stays as it is.
pub async fn activate(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<Changed, Stop> {
    switch(app, caller, segment, expected_version, true).await
}

/// Lets the membership stand still from now on; its figures still move with its members' data. A segment that is
/// inactive already stays as it is, frozen since the same instant.
pub async fn deactivate(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<Changed, Stop> {
    switch(app, caller, segment, expected_version, false).await
}

async fn switch(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
    active: bool,
) -> Result<Changed, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // Nobody decides by its rule, or names it anew, at this moment.
        db::lock(&txn, Lock::RuleSet).await?;
        let mut job = None;
        let reckoning = figures::reckon(app, &txn).await?;
        let row = segment.lock(&txn, expected_version).await?;
        if row.active != active {
            if !active {
                definition::unless_named(&txn, row.id, "switched off").await?;
                let running = [CampaignStatus::Running];
                definition::unless_in_campaign(&txn, row.id, &running, "switched off").await?;
            }
            let now = reckoning.now;
            let mut changed = row.clone().into_active_model();
            changed.active = Set(active);
            changed.frozen_at = Set(Some(now).filter(|_| !active));
            changed.updated_at = Set(now);
            row_store::update(&txn, changed).await?;
            match (row.kind, active) {
                (SegmentKind::Dynamic, true) => {
                    membership::begin_evaluation(&txn, row.id, now).await?;
                    let new = membership::evaluation_job(row.id, &caller.email);
                    job = Some(jobs::enqueue(app, &txn, caller.by(), new).await?);
                }
                (SegmentKind::Dynamic, false) => {
                    membership::stop_deciding(&txn, row.id).await?;
                    // What an earlier rule named, which decided until now, is free.
                    let rule = row.rule.as_deref().map(membership::told).transpose()?;
                    let names = rule.as_ref().map(definition::names).unwrap_or_default();
                    membership::write_references(&txn, row.id, &names).await?;
                }
                (SegmentKind::External, true) => {
                    membership::lapse(&txn, &reckoning, &row).await?;
                    membership::catch_up(&txn, &reckoning, row.id).await?;
                }
                (SegmentKind::Manual, _) | (SegmentKind::External, false) => {}
            }
            let (action, event) = if active {
                ("activateSegment", WebhookEvent::SegmentActivated)
            } else {
                ("deactivateSegment", WebhookEvent::SegmentDeactivated)
            };
            webhooks::segment_event(&txn, event, &row, now).await?;
            let changes = Changes::none().field("active", row.active, active);
            audit::write(app, &txn, caller.by(), trace(action, &row, changes)).await?;
        }
        let segment = read(&txn, row.id).await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(Changed { segment, job })
    })
    .await
}
