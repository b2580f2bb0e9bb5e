//! A campaign starts: its audience is fixed, and the holdout drawn.

use engine::calendar::Millis;
use engine::campaigns::Holdout;
use entity::campaign;
use entity::ids::{CampaignId, MemberId};
use entity::kinds::{CampaignStatus, SegmentKind, WebhookEvent};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::input::percent_of;
use super::{ID, audience_store, missing, not_allowed, shown, store, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::db::{self, Lock};
use crate::error::{Fault, Stop};
use crate::{figures, jobs, membership, segments, webhooks};

/// When the holdout is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Now.
    Now,
    /// As if it had been at an instant that is over: for data that are made up.
    At(Millis),
}

/// Starts a draft: whoever belongs to its segment at this moment is its audience from now on, and the holdout is drawn.
/// Its days begin with this one at the earliest, which counts whole: sales of the same day before the draw count on both
/// sides. Segments whose rules name it follow at
/// once, or after a large audience by a job each. One that runs already stays as it is.
pub async fn start(app: &App, by: By<'_>, id: CampaignId) -> Result<campaign::Model, Stop> {
    start_at(app, by, id, Drawing::Now).await
}

/// The same, drawn at some time.
pub async fn start_at(app: &App, by: By<'_>, id: CampaignId, drawing: Drawing) -> Result<campaign::Model, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // Nobody comes or goes, touches facts, or decides, until everybody's part in the campaign stands there.
        db::lock(&txn, Lock::RuleSet).await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let before = store::lock(&txn, id).await?.ok_or_else(|| missing(ID))?;
        match before.status {
            CampaignStatus::Draft => {}
            CampaignStatus::Running => return Ok(before),
            CampaignStatus::Ended => return Err(not_allowed("this campaign has ended").into()),
        }
        let drawn_at = match drawing {
            Drawing::Now => reckoning.now,
            Drawing::At(at) => at,
        };
        if before.ends_at <= drawn_at {
            return Err(not_allowed("its time is over: give it a later `endsAt` first").into());
        }
        let segment = before.segment_id.ok_or_else(|| Fault::new("a draft of a campaign has lost its segment"))?;
        let segment = segments::locked_for_campaign(&txn, segment).await?;
        if !segment.active {
            return Err(not_allowed(format!("its segment {} is inactive", segment.key)).into());
        }
        // The audience is fixed for good: it must be that of the rule as it is, with everything that it looks at.
        if segment.kind == SegmentKind::Dynamic && !membership::is_settled(&txn, segment.id).await? {
            let message = format!(
                "the rule of its segment {}, or of one that it names, is still being evaluated: start it once that has ended",
                segment.key
            );
            return Err(not_allowed(message).into());
        }
        let belonging = membership::known_members(&txn, &[segment.id], &[]).await?.members;
        let belonging = belonging.into_values().next().unwrap_or_default();
        if belonging.is_empty() {
            return Err(not_allowed(format!("its segment {} has no members", segment.key)).into());
        }
        let percent = percent_of(&before)?;
        let audience = Holdout::new(id.0, percent).draw(belonging.iter().map(u64::cast_signed));
        if audience.targeted.is_empty() {
            let (members, percent) = (belonging.len(), &before.holdout_percent);
            let message = format!(
                "the draw holds out all {members} members of its segment {}, and nobody would get it: {percent} % are too \
                much for so few",
                segment.key
            );
            return Err(not_allowed(message).into());
        }
        if audience.held_out.is_empty() && percent > Decimal::ZERO {
            let message = format!(
                "the draw holds out none of the {} members of its segment {}, and no effect could be told: hold out more \
                than {} %, or 0 % if that is what you want",
                belonging.len(),
                segment.key,
                before.holdout_percent
            );
            return Err(not_allowed(message).into());
        }
        audience_store::fix(&txn, id, segment.id, &audience.held_out).await?;

        let count = |members: u64| i64::try_from(members).unwrap_or(i64::MAX);
        let mut changed = before.clone().into_active_model();
        changed.status = Set(CampaignStatus::Running);
        changed.starts_at = Set(before.starts_at.max(drawn_at));
        changed.targeted = Set(count(audience.targeted.len()));
        changed.held_out = Set(count(audience.held_out.len()));
        changed.drawn_targets = changed.targeted.clone();
        changed.drawn_at = Set(Some(drawn_at));
        let after = store::update(&txn, changed).await?;

        let members: Vec<MemberId> = belonging.iter().map(|member| MemberId(member.cast_signed())).collect();
        membership::audience_fixed(app, &txn, by, &reckoning, id, &members).await?;
        webhooks::campaign_event(&txn, WebhookEvent::CampaignStarted, &after, &segment, reckoning.now).await?;
        let changes = Changes::none()
            .field("status", before.status, after.status)
            .field("startsAt", shown(before.starts_at), shown(after.starts_at))
            .new_field("targeted", after.targeted)
            .new_field("heldOut", after.held_out);
        audit::write(app, &txn, by, trace(by.action("startCampaign"), &after, changes)).await?;
        txn.commit().await?;
        jobs::wake(app);
        Ok(after)
    })
    .await
}
