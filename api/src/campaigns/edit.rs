//! Campaigns are made, changed and removed while they are drafts.

use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::CampaignStatus;
use sea_orm::ActiveValue::{NotSet, Set};

use super::input::{CampaignPatch, Checked, NewCampaign};
use super::{ID, missing, not_allowed, store, trace};
use crate::app::App;
use crate::audit::{self, By};
use crate::db::{self, Lock, Txn};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::{membership, segments};

/// Makes a draft.
pub async fn create(app: &App, by: By<'_>, new: NewCampaign) -> Result<campaign::Model, Stop> {
    let program = app.program();
    let checked = new.checked(program.currency)?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let segment = segments::kept_for_campaign(&txn, &new.segment, None).await?;
        let Checked { name, description, offer, holdout_percent, starts_at, ends_at, cost } = checked.clone();
        let row = campaign::ActiveModel {
            id: NotSet,
            name: Set(name),
            description: Set(description),
            offer: Set(offer),
            segment_id: Set(Some(segment.id)),
            status: Set(CampaignStatus::Draft),
            holdout_percent: Set(holdout_percent),
            starts_at: Set(starts_at),
            ends_at: Set(ends_at),
            cost: Set(cost),
            targeted: Set(0),
            held_out: Set(0),
            drawn_targets: Set(0),
            drawn_at: Set(None),
            created_at: Set(app.clock.now(program.zone)),
            created_by: Set(Some(by.actor.to_owned())),
            // Nothing is recorded yet.
            ..Default::default()
        };
        let made = store::insert(&txn, row).await?;
        let changes = checked.changes(None, program.currency);
        let changes = changes.new_field("segment", GlobalId::Segment(segment.id).text());
        audit::write(app, &txn, by, trace(by.action("createCampaign"), &made, changes)).await?;
        txn.commit().await?;
        Ok(made)
    })
    .await
}

/// Changes a draft. One that says what is so already changes nothing.
pub async fn update(app: &App, by: By<'_>, id: CampaignId, patch: CampaignPatch) -> Result<campaign::Model, Stop> {
    let currency = app.program().currency;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let before = draft(&txn, id, "changed").await?;
        let wanted = patch.over(&before, currency)?;
        let checked = wanted.checked(currency)?;
        let segment = segments::kept_for_campaign(&txn, &wanted.segment, before.segment_id).await?;
        let shown = |id| GlobalId::Segment(id).text();
        let changes = checked.changes(Some(&before), currency);
        let changes = changes.field("segment", before.segment_id.map(shown), shown(segment.id));
        if changes.is_empty() {
            return Ok(before);
        }
        let Checked { name, description, offer, holdout_percent, starts_at, ends_at, cost } = checked;
        let changed = campaign::ActiveModel {
            id: Set(id),
            name: Set(name),
            description: Set(description),
            offer: Set(offer),
            segment_id: Set(Some(segment.id)),
            holdout_percent: Set(holdout_percent),
            starts_at: Set(starts_at),
            ends_at: Set(ends_at),
            cost: Set(cost),
            ..Default::default()
        };
        let after = store::update(&txn, changed).await?;
        audit::write(app, &txn, by, trace(by.action("updateCampaign"), &before, changes)).await?;
        txn.commit().await?;
        Ok(after)
    })
    .await
}

/// Removes a draft, unless rules name it.
pub async fn remove(app: &App, by: By<'_>, id: CampaignId) -> Result<CampaignId, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // Nobody names it anew at this moment.
        db::lock(&txn, Lock::RuleSet).await?;
        let row = draft(&txn, id, "removed").await?;
        let naming = membership::naming_campaign(&txn, id).await?;
        if !naming.is_empty() {
            let mut names: Vec<String> = segments::names_of(&txn, &naming).await?.into_values().collect();
            names.sort_unstable();
            let message = format!("it cannot be removed while rules name it: those of {}", names.join(", "));
            return Err(Refusal::new(RefusalCode::InUse, message, ID).into());
        }
        store::remove(&txn, id).await?;
        let changes = audit::Changes::none().gone_field("name", &row.name);
        audit::write(app, &txn, by, trace(by.action("removeCampaign"), &row, changes)).await?;
        txn.commit().await?;
        Ok(id)
    })
    .await
}

/// A draft, locked.
async fn draft(txn: &Txn, id: CampaignId, what: &str) -> Result<campaign::Model, Stop> {
    let row = store::lock(txn, id).await?.ok_or_else(|| missing(ID))?;
    if row.status == CampaignStatus::Draft {
        return Ok(row);
    }
    Err(not_allowed(format!("only a draft can be {what}, and this campaign was started")).into())
}
