//! Partners are made and changed.

use entity::ids::PartnerId;
use entity::partner;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::IntoActiveModel;

use super::caller::not_found;
use super::{store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::error::{Refusal, RefusalCode, Stop};
use crate::segments;
use crate::text_input::{length, required};

/// A partner to be made.
#[derive(Clone, Debug)]
pub struct NewPartner {
    /// Unique; it stands before the keys of its segments and never changes.
    pub key: String,
    /// What it is called.
    pub name: String,
}

/// What is to be different; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct PartnerPatch {
    /// What it is called.
    pub name: Option<String>,
    /// Whether its tokens work. Its segments stay as they are.
    pub active: Option<bool>,
}

/// Makes a partner.
pub async fn create(app: &App, caller: &Caller, new: &NewPartner) -> Result<partner::Model, Stop> {
    let key = segments::key(&new.key);
    let name = required(&new.name, length::NAME, &["input", "name"]);
    let (key, name) = match (key, name) {
        (Ok(key), Ok(name)) => (key, name),
        (key, name) => return Err(Stop::Refused([key.err(), name.err()].into_iter().flatten().collect())),
    };
    let txn = app.db.begin().await?;
    let row = partner::ActiveModel {
        id: NotSet,
        key: Set(key),
        name: Set(name),
        active: Set(true),
        created_at: Set(app.clock.real_millis()),
    };
    let taken = || Refusal::new(RefusalCode::Taken, "another partner has this key", &["input", "key"]);
    let row = store::insert(&txn, row).await?.ok_or_else(taken)?;
    let changes = Changes::none().new_field("key", &row.key).new_field("name", &row.name);
    audit::write(app, &txn, caller.by(), trace("createPartner", &row, changes)).await?;
    txn.commit().await?;
    Ok(row)
}

/// Changes a partner. One that is switched off cannot call any more, at once; nothing else changes.
pub async fn update(app: &App, caller: &Caller, id: PartnerId, patch: &PartnerPatch) -> Result<partner::Model, Stop> {
    let PartnerPatch { name, active } = patch;
    let name = name.as_deref().map(|name| required(name, length::NAME, &["input", "name"])).transpose()?;
    let txn = app.db.begin().await?;
    let row = store::lock(&txn, id).await?.ok_or_else(|| not_found(&["input", "id"], "partner"))?;
    let (new_name, new_active) = (name.unwrap_or_else(|| row.name.clone()), active.unwrap_or(row.active));
    let changes = Changes::none().field("name", &row.name, &new_name).field("active", row.active, new_active);
    let row = if changes.is_empty() {
        row
    } else {
        let mut changed = row.into_active_model();
        changed.name = Set(new_name);
        changed.active = Set(new_active);
        let row = store::update(&txn, changed).await?;
        audit::write(app, &txn, caller.by(), trace("updatePartner", &row, changes)).await?;
        row
    };
    txn.commit().await?;
    app.partners.forget();
    Ok(row)
}
