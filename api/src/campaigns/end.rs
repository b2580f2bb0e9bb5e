//! A campaign ends: because somebody says so, or because its time is over.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use engine::calendar::{Span, Zone};
use engine::campaigns::campaign_days;
use entity::campaign;
use entity::ids::{CampaignId, MemberId};
use entity::kinds::{CampaignStatus, WebhookEvent};
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::{ID, audience_store, missing, not_allowed, shown, store, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::db::{self, Lock, Txn};
use crate::error::{Fault, Stop};
use crate::figures::{self, Reckoning};
use crate::membership::{self, MOST_DECIDED};
use crate::{jobs, segments, webhooks};

/// Who ends campaigns whose time is over, as the log names it.
const NOBODY: &str = "tessera";

/// Ends a campaign. Where its time is not over its last day is today, and where it has not begun yet today is its only
/// day. One that has ended stays as it is.
pub async fn end(app: &App, by: By<'_>, id: CampaignId) -> Result<campaign::Model, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // Nobody decides by the campaign's days while they change.
        db::lock(&txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let before = store::lock(&txn, id).await?.ok_or_else(|| missing(ID))?;
        match before.status {
            CampaignStatus::Running => {}
            CampaignStatus::Ended => return Ok(before),
            CampaignStatus::Draft => return Err(not_allowed("this campaign was not started").into()),
        }
        let segment = before.segment_id.ok_or_else(|| Fault::new("a running campaign has lost its segment"))?;
        let segment = segments::locked_for_campaign(&txn, segment).await?;
        let mut changed = before.clone().into_active_model();
        changed.status = Set(CampaignStatus::Ended);
        changed.starts_at = Set(before.starts_at.min(reckoning.now));
        // It lasts up to the next instant: it has one at least.
        changed.ends_at = Set(before.ends_at.min(reckoning.now + 1));
        let after = store::update(&txn, changed).await?;
        follow(app, &txn, by, &reckoning, &before, &after).await?;
        webhooks::campaign_event(&txn, WebhookEvent::CampaignEnded, &after, &segment, reckoning.now).await?;
        let changes = Changes::none()
            .field("status", before.status, after.status)
            .field("startsAt", shown(before.starts_at), shown(after.starts_at))
            .field("endsAt", shown(before.ends_at), shown(after.ends_at));
        audit::write(app, &txn, by, trace(by.action("endCampaign"), &after, changes)).await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(after)
    })
    .await
}

/// Ends the campaigns whose time is over. Several processes may do so at once: each campaign ends once.
pub async fn end_over(app: &App) -> Result<(), Stop> {
    let now = app.clock.now(app.program().zone);
    for id in store::over(app.db.reader(), now).await? {
        end(app, By::caller(NOBODY, None), id).await?;
    }
    Ok(())
}

/// Lets rules follow that ask who bought in the campaign's days, where those are others by now.
async fn follow(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    reckoning: &Reckoning,
    before: &campaign::Model,
    after: &campaign::Model,
) -> Result<(), Fault> {
    let [old, new] = [before, after].map(|row| campaign_days(reckoning.zone, row.starts_at, row.ends_at));
    if old == new || !membership::decides_by_campaign(txn, after.id).await? {
        return Ok(());
    }
    let mut members: BTreeSet<MemberId> = BTreeSet::new();
    for span in differing(reckoning.zone, &old, &new) {
        members.extend(audience_store::with_documents(txn, after.id, span, MOST_DECIDED + 1).await?);
    }
    let members: Vec<MemberId> = members.into_iter().collect();
    membership::days_changed(app, txn, by, reckoning, after.id, &members).await
}

/// What lies in one of two runs of days alone.
fn differing(zone: Zone, one: &RangeInclusive<NaiveDate>, other: &RangeInclusive<NaiveDate>) -> Vec<Span> {
    let [one, other] = [one, other].map(|days| zone.span(*days.start(), *days.end()));
    one.without(&other).into_iter().chain(other.without(&one)).collect()
}
