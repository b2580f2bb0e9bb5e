//! What a receiver reads: made when it is sent, of what is known then.

use engine::calendar::{Millis, utc_datetime};
use entity::kinds::{MembershipEventKind, WebhookEvent};
use entity::webhook_delivery;
use serde::Serialize;

use super::payload_store as store;
use crate::app::App;
use crate::error::Fault;
use crate::global_id::GlobalId;

/// How many members one delivery tells of at most: a larger change arrives in several.
pub const MOST_MEMBERS: usize = 500;

/// The body of every delivery, as the specification has it.
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    /// When it happened.
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    /// Of a campaign that of its audience.
    segment: Segment<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<Campaign<'a>>,
    /// Who came or went, where anybody did, in the order of the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<Member>>,
}

#[derive(Serialize)]
struct Segment<'a> {
    id: String,
    /// As it was at that moment.
    key: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Campaign<'a> {
    id: String,
    /// As it was at that moment.
    name: &'a str,
}

/// Nothing of a person but the shop's own number: whoever wants more may ask for it, and is then asked who they are.
#[derive(Serialize)]
struct Member {
    id: String,
    number: String,
    reason: String,
    at: String,
}

/// The body of a delivery.
pub(super) async fn body(app: &App, delivery: &webhook_delivery::Model) -> Result<Vec<u8>, Fault> {
    let members = match (kind_of(delivery.event), delivery.first_event.zip(delivery.last_event)) {
        (Some(kind), Some((first, last))) => {
            let moves = store::moves(app.db.reader(), delivery.segment_id, kind, first, last).await?;
            let member = |one: store::Move| Member {
                id: GlobalId::Member(one.member_id).text(),
                number: one.number,
                reason: one.reason,
                at: shown(one.at),
            };
            Some(moves.into_iter().map(member).collect())
        }
        _ => None,
    };
    let segment = Segment {
        id: GlobalId::Segment(delivery.segment_id).text(),
        key: &delivery.segment_key,
        name: &delivery.segment_name,
    };
    let campaign = delivery.campaign_id.zip(delivery.campaign_name.as_deref());
    let campaign = campaign.map(|(id, name)| Campaign { id: GlobalId::Campaign(id).text(), name });
    let payload = Payload {
        r#type: type_of(delivery.event),
        timestamp: shown(delivery.created_at),
        data: Data { segment, campaign, members },
    };
    Ok(serde_json::to_vec(&payload)?)
}

/// Of which comings or goings an event tells; none where of neither.
pub(super) fn kind_of(event: WebhookEvent) -> Option<MembershipEventKind> {
    match event {
        WebhookEvent::MemberJoinedSegment => Some(MembershipEventKind::Joined),
        WebhookEvent::MemberLeftSegment => Some(MembershipEventKind::Left),
        _ => None,
    }
}

/// What an event is called in the body, as the specification spells such names.
fn type_of(event: WebhookEvent) -> &'static str {
    match event {
        WebhookEvent::SegmentCreated => "segment.created",
        WebhookEvent::SegmentUpdated => "segment.updated",
        WebhookEvent::SegmentActivated => "segment.activated",
        WebhookEvent::SegmentDeactivated => "segment.deactivated",
        WebhookEvent::SegmentRemoved => "segment.removed",
        WebhookEvent::MemberJoinedSegment => "segment.member_joined",
        WebhookEvent::MemberLeftSegment => "segment.member_left",
        WebhookEvent::CampaignStarted => "campaign.started",
        WebhookEvent::CampaignEnded => "campaign.ended",
    }
}

fn shown(at: Millis) -> String {
    utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
