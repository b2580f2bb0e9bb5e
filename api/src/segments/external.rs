//! Segments that partners register: EXTERNAL, and theirs.

use engine::text::{fold, search_words};
use entity::ids::PartnerId;
use entity::kinds::{SegmentKind, WebhookEvent};
use entity::segment;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::IntoActiveModel;

use super::create::{Changed, read, unwritten};
use super::row_store::{self, Hold};
use super::{SegmentRef, input, trace};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::db::{self, Txn};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::figures::{self, Reckoning};
use crate::text_input::{length, optional};
use crate::{membership, webhooks};

/// For how many days a membership may last at most that is not pushed again.
const MOST_DAYS: i64 = 3_650;

/// Whose segments.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The partner.
    pub id: PartnerId,
    /// Its key, behind which stand those of its segments.
    pub key: &'a str,
}

/// A segment as a partner registers it.
#[derive(Clone, Debug)]
pub struct ExternalSegment {
    /// The partner's own key for it.
    pub key: String,
    /// Unique among the partner's segments, ignoring case.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where the partner shows it.
    pub external_url: Option<String>,
    /// A membership lapses that many days after it was last pushed; for ever where there is none.
    pub expires_after_days: Option<i64>,
}

impl Owner<'_> {
    /// One of the owner's segments as the owner names it: its own key, or an id. Another's is none.
    pub fn own(&self, segment: &SegmentRef) -> SegmentRef {
        match segment {
            SegmentRef::Key(key) if engine::text::is_key(key) => SegmentRef::Key(self.full_key(key)),
            SegmentRef::Key(_) => SegmentRef::Unreadable,
            by_id => by_id.clone(),
        }
    }

    /// One of the owner's segments, locked; what another registered is not found.
    pub async fn lock(&self, txn: &Txn, segment: &SegmentRef) -> Result<segment::Model, Stop> {
        let own = self.own(segment);
        // Another's is not locked for it: whoever may not see a segment holds up nobody there.
        let theirs = own.row(txn).await?.is_some_and(|row| row.partner_id == Some(self.id));
        if !theirs {
            return Err(Refusal::new(RefusalCode::NotFound, "there is no such segment", &["input", "segment"]).into());
        }
        own.hold(txn, Hold::Locked).await
    }

    fn full_key(&self, key: &str) -> String {
        format!("{}/{key}", self.key)
    }

    fn name_owned(&self, name: &str) -> String {
        name_owned(Some(self.id), name)
    }
}

/// The folded name behind its owner: what is unique. No name holds the sign between them.
pub(super) fn name_owned(owner: Option<PartnerId>, name: &str) -> String {
    match owner {
        Some(owner) => format!("{}\u{1f}{}", owner.0, fold(name)),
        None => fold(name),
    }
}

/// Makes a segment of a partner's, or changes what is different of the one with its key.
pub async fn register(app: &App, by: By<'_>, owner: Owner<'_>, new: &ExternalSegment) -> Result<Changed, Stop> {
    let checked = Checked::new(new)?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let known = row_store::segment_by_key(&txn, &owner.full_key(&checked.key)).await?;
        let known = match known {
            Some(row) => row_store::hold(&txn, row.id, Hold::Locked).await?,
            None => None,
        };
        let row = match known {
            Some(row) => change(app, &txn, by, &reckoning, row, &checked, owner).await?,
            None => make(app, &txn, by, &reckoning, &checked, owner).await?,
        };
        let segment = read(&txn, row.id).await?;
        txn.commit().await?;
        Ok(Changed { segment, job: None })
    })
    .await
}

/// What a partner says of its segment, checked.
struct Checked {
    key: String,
    name: String,
    description: Option<String>,
    external_url: Option<String>,
    expires_after_days: Option<i64>,
}

impl Checked {
    /// Every mistake at once.
    fn new(new: &ExternalSegment) -> Result<Self, Stop> {
        let key = input::key(&new.key);
        let name = input::name(&new.name);
        let description = input::description(new.description.as_deref());
        let url = new.external_url.as_deref().map_or(Ok(None), external_url);
        let days = new.expires_after_days.map(expiry).transpose();
        match (key, name, description, url, days) {
            (Ok(key), Ok(name), Ok(description), Ok(external_url), Ok(expires_after_days)) => {
                Ok(Self { key, name, description, external_url, expires_after_days })
            }
            (key, name, description, url, days) => {
                let mistakes = [key.err(), name.err(), description.err(), url.err(), days.err()];
                Err(Stop::Refused(mistakes.into_iter().flatten().collect()))
            }
        }
    }
}

/// An address that a browser can open.
fn external_url(text: &str) -> Result<Option<String>, Refusal> {
    let path = ["input", "externalUrl"];
    let Some(text) = optional(text, length::DESCRIPTION, &path)? else { return Ok(None) };
    let is_web = text
        .parse::<axum::http::Uri>()
        .is_ok_and(|uri| uri.authority().is_some() && matches!(uri.scheme_str(), Some("https" | "http")));
    if is_web { Ok(Some(text)) } else { Err(Refusal::new(RefusalCode::Invalid, "is not an address of the web", &path)) }
}

/// After how many days a membership lapses.
pub(super) fn expiry(days: i64) -> Result<i64, Refusal> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(days);
    }
    let message = format!("must be 1 to {MOST_DAYS} days");
    Err(Refusal::new(RefusalCode::Invalid, message, &["input", "expiresAfterDays"]))
}

async fn make(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    reckoning: &Reckoning,
    checked: &Checked,
    owner: Owner<'_>,
) -> Result<segment::Model, Stop> {
    let row = segment::ActiveModel {
        id: NotSet,
        key: Set(owner.full_key(&checked.key)),
        name_folded: Set(fold(&checked.name)),
        name_owned: Set(owner.name_owned(&checked.name)),
        search_words: Set(search_words([checked.name.as_str()])),
        name: Set(checked.name.clone()),
        description_folded: Set(checked.description.as_deref().map(fold)),
        description: Set(checked.description.clone()),
        kind: Set(SegmentKind::External),
        active: Set(true),
        frozen_at: Set(None),
        version: Set(1),
        created_at: Set(reckoning.now),
        created_by: Set(Some(by.actor.to_owned())),
        updated_at: Set(reckoning.now),
        rule: Set(None),
        partner_id: Set(Some(owner.id)),
        external_url: Set(checked.external_url.clone()),
        expires_after_days: Set(checked.expires_after_days),
    };
    let row = match row_store::insert(txn, row).await {
        Ok(Some(row)) => row,
        // The same partner registers it at this moment.
        Ok(None) => return Err(db::raced("a segment was registered").into()),
        Err(error) => return Err(unwritten(error)),
    };
    figures::make_segment(txn, row.id, reckoning).await?;
    let changes = Changes::none()
        .new_field("key", &row.key)
        .new_field("name", &row.name)
        .new_field("description", &row.description)
        .new_field("externalUrl", &row.external_url)
        .new_field("expiresAfterDays", row.expires_after_days);
    audit::write(app, txn, by, trace("registerExternalSegment", &row, changes)).await?;
    webhooks::segment_event(txn, WebhookEvent::SegmentCreated, &row, reckoning.now).await?;
    Ok(row)
}

async fn change(
    app: &App,
    txn: &Txn,
    by: By<'_>,
    reckoning: &Reckoning,
    row: segment::Model,
    checked: &Checked,
    owner: Owner<'_>,
) -> Result<segment::Model, Stop> {
    let changes = Changes::none()
        .field("name", &row.name, &checked.name)
        .field("description", &row.description, &checked.description)
        .field("externalUrl", &row.external_url, &checked.external_url)
        .field("expiresAfterDays", row.expires_after_days, checked.expires_after_days);
    if changes.is_empty() {
        return Ok(row);
    }
    let mut changed = row.clone().into_active_model();
    changed.name = Set(checked.name.clone());
    changed.name_folded = Set(fold(&checked.name));
    changed.name_owned = Set(owner.name_owned(&checked.name));
    changed.search_words = Set(search_words([checked.name.as_str()]));
    changed.description_folded = Set(checked.description.as_deref().map(fold));
    changed.description = Set(checked.description.clone());
    changed.external_url = Set(checked.external_url.clone());
    changed.expires_after_days = Set(checked.expires_after_days);
    changed.version = Set(row.version + 1);
    changed.updated_at = Set(reckoning.now);
    let written = row_store::update(txn, changed).await.map_err(unwritten)?;
    if written.active {
        membership::lapse(txn, reckoning, &written).await?;
    }
    audit::write(app, txn, by, trace("registerExternalSegment", &written, changes)).await?;
    webhooks::segment_event(txn, WebhookEvent::SegmentUpdated, &written, reckoning.now).await?;
    Ok(written)
}
