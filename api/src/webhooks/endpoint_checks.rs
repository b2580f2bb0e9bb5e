//! What may be said of an endpoint.

use entity::ids::SegmentId;
use entity::kinds::WebhookEvent;
use sea_orm::Iterable;

use super::{endpoint_store as store, target};
use crate::app::App;
use crate::db::Txn;
use crate::error::{Refusal, RefusalCode, Stop};

/// The events that a column names.
pub fn events_of(words: &str) -> Vec<WebhookEvent> {
    WebhookEvent::iter().filter(|event| words.split(' ').any(|word| word == event.word())).collect()
}

/// The column of events.
pub(super) fn words(events: &[WebhookEvent]) -> String {
    events.iter().fold(" ".to_owned(), |words, event| words + event.word() + " ")
}

/// The URL as it is kept, if deliveries may go there.
pub(super) async fn checked_url(app: &App, text: &str) -> Result<String, Refusal> {
    let allow_private = app.settings.webhook_allow_private;
    let wrong = |why: target::Wrong| Refusal::new(RefusalCode::Invalid, why, &["url"]);
    let url = target::read(text, allow_private).map_err(wrong)?;
    if !allow_private {
        target::look_up(&url).await.map_err(wrong)?;
    }
    Ok(url.into())
}

/// Each once, in their usual order.
pub(super) fn checked_events(events: &[WebhookEvent]) -> Result<Vec<WebhookEvent>, Refusal> {
    let listed: Vec<WebhookEvent> = WebhookEvent::iter().filter(|event| events.contains(event)).collect();
    if listed.is_empty() {
        return Err(Refusal::new(RefusalCode::Blank, "must name an event at least", &["events"]));
    }
    Ok(listed)
}

/// Both, or the mistakes of both.
pub(super) fn both<A, B>(one: Result<A, Refusal>, other: Result<B, Refusal>) -> Result<(A, B), Stop> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err(Stop::Refused(one.err().into_iter().chain(other.err()).collect())),
    }
}

/// The segments, each once; they stay until the transaction ends. None where all are meant.
pub(super) async fn known(txn: &Txn, segments: Option<&[Option<SegmentId>]>) -> Result<Option<Vec<SegmentId>>, Stop> {
    let Some(segments) = segments else { return Ok(None) };
    if segments.is_empty() {
        let message = "must name a segment at least; null means all of them";
        return Err(Refusal::new(RefusalCode::Blank, message, &["segments"]).into());
    }
    let named: Vec<SegmentId> = segments.iter().flatten().copied().collect();
    let known = store::known_segments(txn, &named).await?;
    let unknown = segments.iter().enumerate().filter(|(_, segment)| segment.is_none_or(|id| !known.contains(&id)));
    let refusals: Vec<Refusal> = unknown
        .map(|(place, _)| {
            let path = ["segments", &place.to_string()];
            Refusal::new(RefusalCode::NotFound, "there is no such segment", &path)
        })
        .collect();
    if refusals.is_empty() { Ok(Some(known)) } else { Err(Stop::Refused(refusals)) }
}
