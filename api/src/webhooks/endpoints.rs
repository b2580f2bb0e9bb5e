//! Who is told of changes: endpoints are made, changed and removed.

use engine::calendar::Millis;
use entity::ids::{SegmentId, WebhookEndpointId};
use entity::kinds::WebhookEvent;
use entity::webhook_endpoint;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::IntoActiveModel;

use super::endpoint_checks::{both, checked_events, checked_url, events_of, known, words};
use super::{CHANNEL, delivery_store, endpoint_store as store, secret};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::patch::Patch;

/// Somebody who is to be told of changes.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// Where.
    pub url: String,
    /// Of what.
    pub events: Vec<WebhookEvent>,
    /// Of which segments; none: of all. A place without an id names a segment that is not known.
    pub segments: Option<Vec<Option<SegmentId>>>,
}

/// What is to be different.
#[derive(Clone, Debug)]
pub struct EndpointPatch {
    /// Where.
    pub url: Option<String>,
    /// Of what.
    pub events: Option<Vec<WebhookEvent>>,
    /// Of which segments; emptied: of all.
    pub segments: Patch<Vec<Option<SegmentId>>>,
    /// Whether anything is told at all.
    pub active: Option<bool>,
}

/// An endpoint with the secret that signs from now on, which is shown this once.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The endpoint.
    pub endpoint: webhook_endpoint::Model,
    /// The secret.
    pub secret: webhook_endpoint::WebhookSecret,
}

/// Makes an endpoint.
pub async fn create(app: &App, by: By<'_>, new: NewEndpoint) -> Result<Signing, Stop> {
    let (url, events) = (checked_url(app, &new.url).await, checked_events(&new.events));
    let (url, events) = both(url, events)?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let segments = known(&txn, new.segments.as_deref()).await?;
        let secret = secret::new();
        let row = webhook_endpoint::ActiveModel {
            id: NotSet,
            url: Set(url.clone()),
            events: Set(words(&events)),
            all_segments: Set(segments.is_none()),
            active: Set(true),
            disabled_reason: Set(None),
            disabled_at: Set(None),
            secret: Set(secret.clone()),
            previous_secret: Set(None),
            previous_until: Set(None),
            created_at: Set(app.clock.real_millis()),
        };
        let endpoint = store::insert(&txn, row).await?;
        if let Some(segments) = &segments {
            store::write_segments(&txn, endpoint.id, segments).await?;
        }
        let changes = Changes::none()
            .new_field("url", &url)
            .new_field("events", &events)
            .new_field("segments", shown(segments.as_deref()))
            .new_field("active", true)
            .secret("secret");
        audit::write(app, &txn, by, entry(by.action("createWebhookEndpoint"), &endpoint, changes)).await?;
        txn.commit().await?;
        Ok(Signing { endpoint, secret })
    })
    .await
}

/// Changes an endpoint. What is waiting for it goes where it leads by then, at once where that is another place or where it
/// is switched on; switched off, it waits, and nothing that happens meanwhile is told later.
pub async fn update(
    app: &App,
    by: By<'_>,
    id: WebhookEndpointId,
    patch: EndpointPatch,
) -> Result<webhook_endpoint::Model, Stop> {
    let url = match &patch.url {
        Some(url) => checked_url(app, url).await.map(Some),
        None => Ok(None),
    };
    let (url, events) = both(url, patch.events.as_deref().map(checked_events).transpose())?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let segments = match &patch.segments {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(segments) => Some(known(&txn, Some(segments)).await?),
        };
        let before = store::lock(&txn, id).await?.ok_or_else(missing)?;
        let segments_before = segments_at(&txn, &before).await?;
        let mut after = before.clone();
        after.url = url.clone().unwrap_or(after.url);
        after.events = events.as_ref().map_or(after.events, |events| words(events));
        after.active = patch.active.unwrap_or(after.active);
        if after.active != before.active {
            after.disabled_reason = None;
            after.disabled_at = Some(app.clock.real_millis()).filter(|_| !after.active);
        }
        let segments_after = segments.unwrap_or_else(|| segments_before.clone());
        after.all_segments = segments_after.is_none();
        let changes = Changes::none()
            .field("url", &before.url, &after.url)
            .field("events", events_of(&before.events), events_of(&after.events))
            .field("segments", shown(segments_before.as_deref()), shown(segments_after.as_deref()))
            .field("active", before.active, after.active);
        if changes.is_empty() {
            return Ok(before);
        }
        if segments_after != segments_before {
            store::write_segments(&txn, id, segments_after.as_deref().unwrap_or_default()).await?;
        }
        if after.url != before.url || (after.active && !before.active) {
            // Whoever was waited for may answer by now.
            delivery_store::begin_waiting_anew(&txn, id).await?;
        }
        let row = webhook_endpoint::ActiveModel {
            url: Set(after.url),
            events: Set(after.events),
            all_segments: Set(after.all_segments),
            active: Set(after.active),
            disabled_reason: Set(after.disabled_reason),
            disabled_at: Set(after.disabled_at),
            ..before.into_active_model()
        };
        let endpoint = store::update(&txn, row).await?;
        audit::write(app, &txn, by, entry(by.action("updateWebhookEndpoint"), &endpoint, changes)).await?;
        db::notify(&txn, CHANNEL).await?;
        txn.commit().await?;
        Ok(endpoint)
    })
    .await
}

/// Removes an endpoint, and what was still to be told.
pub async fn remove(app: &App, by: By<'_>, id: WebhookEndpointId) -> Result<WebhookEndpointId, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let before = store::lock(&txn, id).await?.ok_or_else(missing)?;
        let segments = segments_at(&txn, &before).await?;
        store::remove(&txn, id).await?;
        let changes = Changes::none()
            .gone_field("url", &before.url)
            .gone_field("events", events_of(&before.events))
            .gone_field("segments", shown(segments.as_deref()));
        audit::write(app, &txn, by, entry(by.action("removeWebhookEndpoint"), &before, changes)).await?;
        txn.commit().await?;
        Ok(id)
    })
    .await
}

/// Gives an endpoint a new secret; the one before signs beside it for a day.
pub async fn rotate_secret(app: &App, by: By<'_>, id: WebhookEndpointId) -> Result<Signing, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let before = store::lock(&txn, id).await?.ok_or_else(missing)?;
        let secret = secret::new();
        let until: Millis = app.clock.real_millis() + secret::BOTH_SIGN_FOR;
        let row = webhook_endpoint::ActiveModel {
            secret: Set(secret.clone()),
            previous_secret: Set(Some(before.secret.clone())),
            previous_until: Set(Some(until)),
            ..before.into_active_model()
        };
        let endpoint = store::update(&txn, row).await?;
        let changes = Changes::none().secret("secret");
        audit::write(app, &txn, by, entry(by.action("rotateWebhookSecret"), &endpoint, changes)).await?;
        txn.commit().await?;
        Ok(Signing { endpoint, secret })
    })
    .await
}

async fn segments_at(txn: &Txn, endpoint: &webhook_endpoint::Model) -> Result<Option<Vec<SegmentId>>, Fault> {
    if endpoint.all_segments {
        return Ok(None);
    }
    Ok(Some(store::segments(txn, &[endpoint.id]).await?.remove(&endpoint.id).unwrap_or_default()))
}

/// Segments as the log shows them: by the ids of the API.
fn shown(segments: Option<&[SegmentId]>) -> Option<Vec<String>> {
    segments.map(|segments| segments.iter().map(|segment| GlobalId::Segment(*segment).text()).collect())
}

pub(super) fn entry(action: &'static str, endpoint: &webhook_endpoint::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("WebhookEndpoint", endpoint.id.0, endpoint.url.as_str()), changes }
}

fn missing() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "there is no such endpoint", &["id"])
}
