//! The tokens by which partner systems call: shown once, kept by their id alone.

use chrono::{TimeDelta, Utc};
use engine::calendar::Millis;
use entity::ids::{PartnerId, PartnerTokenId};
use entity::kinds::Scope;
use entity::partner_token;
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};

use super::caller::not_found;
use super::{store, token_store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::{Caller, Purpose};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::text_input::{length, required};

const PARTNER: Purpose = Purpose { typ: "partner+jwt", audience: "tessera/partners" };
/// No token of ours is longer.
const LONGEST: usize = 4_096;
/// After how many days a token may end at most.
const MOST_DAYS: i64 = 3_650;

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose.
    pub partner: PartnerId,
    /// What it is called.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// After how many days it ends; never where there is none.
    pub expires_in_days: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct About {
    token: PartnerTokenId,
}

/// Makes a token, and answers it this once.
pub async fn create_token(app: &App, caller: &Caller, new: NewToken) -> Result<(partner_token::Model, String), Stop> {
    let name = required(&new.name, length::NAME, &["input", "name"]);
    let scopes = words(&new.scopes);
    let days = new.expires_in_days.map(days).transpose();
    let (name, scopes, days) = match (name, scopes, days) {
        (Ok(name), Ok(scopes), Ok(days)) => (name, scopes, days),
        (name, scopes, days) => {
            let mistakes = [name.err(), scopes.err(), days.err()];
            return Err(Stop::Refused(mistakes.into_iter().flatten().collect()));
        }
    };
    let now = app.clock.real();
    let until = days.map(|days| now + TimeDelta::days(days));
    let txn = app.db.begin().await?;
    let partner = store::lock(&txn, new.partner).await?.ok_or_else(|| not_found(&["input", "partner"], "partner"))?;
    let row = partner_token::ActiveModel {
        id: NotSet,
        partner_id: Set(partner.id),
        name: Set(name),
        scopes: Set(scopes),
        created_at: Set(now.timestamp_millis()),
        expires_at: Set(until.map(|until| until.timestamp_millis())),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    let row = token_store::insert(&txn, row).await?;
    // What is kept decides on its end; one that never ends has an end that nobody lives to see.
    let end = until.unwrap_or_else(|| now + TimeDelta::days(365 * 100));
    let token = app.tokens.seal(PARTNER, &partner.id.0.to_string(), About { token: row.id }, now, end)?;
    let changes = Changes::none()
        .new_field("token", &row.name)
        .new_field("scopes", &new.scopes)
        .new_field("expiresAt", until.map(|until: chrono::DateTime<Utc>| until.to_rfc3339()));
    audit::write(app, &txn, caller.by(), trace("createPartnerToken", &partner, changes)).await?;
    txn.commit().await?;
    Ok((row, token))
}

/// Ends a token, at once. One that was revoked before stays as it is.
pub async fn revoke_token(app: &App, caller: &Caller, id: PartnerTokenId) -> Result<partner_token::Model, Stop> {
    let missing = || not_found(&["input", "id"], "token");
    let txn = app.db.begin().await?;
    let row = token_store::lock(&txn, id).await?.ok_or_else(missing)?;
    let row = if row.revoked_at.is_none() {
        let partner = store::lock(&txn, row.partner_id).await?.ok_or_else(missing)?;
        let row = token_store::revoke(&txn, id, app.clock.real_millis()).await?;
        let changes = Changes::none().gone_field("token", &row.name);
        audit::write(app, &txn, caller.by(), trace("revokePartnerToken", &partner, changes)).await?;
        row
    } else {
        row
    };
    txn.commit().await?;
    app.partners.forget();
    Ok(row)
}

/// Whose token it is, and which; none where it is no partner's. What is kept of it decides on everything else.
pub(super) fn read(app: &App, token: &str) -> Option<(PartnerId, PartnerTokenId)> {
    if token.len() > LONGEST {
        return None;
    }
    let sealed = app.tokens.unseal::<About>(PARTNER, token, app.clock.real())?;
    let is_over = sealed.exp <= app.clock.real().timestamp();
    Some((PartnerId(sealed.sub.parse().ok()?), sealed.about.token)).filter(|_| !is_over)
}

/// The scopes of the words that are kept.
pub fn scopes(words: &str) -> Vec<Scope> {
    use sea_orm::Iterable;
    Scope::iter().filter(|scope| words.split(' ').any(|word| word == scope.word())).collect()
}

fn words(scopes: &[Scope]) -> Result<String, Refusal> {
    let mut words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return Err(Refusal::new(RefusalCode::Blank, "must name a scope", &["input", "scopes"]));
    }
    Ok(words.join(" "))
}

fn days(days: i64) -> Result<i64, Refusal> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(days);
    }
    let message = format!("must be 1 to {MOST_DAYS} days");
    Err(Refusal::new(RefusalCode::Invalid, message, &["input", "expiresInDays"]))
}

/// Whether a token works at an instant.
pub(super) fn is_usable(row: &partner_token::Model, now: Millis) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|until| until > now)
}
