//! Ids as the outside sees them: opaque, and of one kind each.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::{
    AuditEntryId, CampaignId, JobId, MemberId, MembershipEventId, PartnerId, PartnerTokenId, PointsEntryId, PushId,
    SegmentId, SegmentSyncId, TransactionId, UserId, WebhookDeliveryId, WebhookEndpointId,
};

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalId {
    /// An entry of the audit log.
    AuditEntry(AuditEntryId),
    /// A campaign.
    Campaign(CampaignId),
    /// A job.
    Job(JobId),
    /// A member.
    Member(MemberId),
    /// A coming or going.
    MembershipEvent(MembershipEventId),
    /// A points entry.
    PointsEntry(PointsEntryId),
    /// A partner system.
    Partner(PartnerId),
    /// A partner's token.
    PartnerToken(PartnerTokenId),
    /// What a partner pushed.
    Push(PushId),
    /// A segment.
    Segment(SegmentId),
    /// A full list that a partner sends in parts.
    SegmentSync(SegmentSyncId),
    /// A transaction.
    Transaction(TransactionId),
    /// A person who signs in.
    User(UserId),
    /// Something that somebody is told.
    WebhookDelivery(WebhookDeliveryId),
    /// Somebody who is told of changes.
    WebhookEndpoint(WebhookEndpointId),
}

impl GlobalId {
    /// The opaque text.
    pub fn text(self) -> String {
        let (kind, id) = match self {
            Self::AuditEntry(id) => ("audit", id.0),
            Self::Campaign(id) => ("campaign", id.0),
            Self::Job(id) => ("job", id.0),
            Self::Member(id) => ("member", id.0),
            Self::MembershipEvent(id) => ("event", id.0),
            Self::PointsEntry(id) => ("points", id.0),
            Self::Partner(id) => ("partner", id.0),
            Self::PartnerToken(id) => ("token", id.0),
            Self::Push(id) => ("push", id.0),
            Self::Segment(id) => ("segment", id.0),
            Self::SegmentSync(id) => ("sync", id.0),
            Self::Transaction(id) => ("transaction", id.0),
            Self::User(id) => ("user", id.0),
            Self::WebhookDelivery(id) => ("delivery", id.0),
            Self::WebhookEndpoint(id) => ("endpoint", id.0),
        };
        URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
    }

    /// What a text names; none for a text that is no id of ours.
    pub fn read(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (kind, number) = decoded.split_once(':')?;
        let id: i64 = number.parse().ok().filter(|id: &i64| *id > 0 && id.to_string() == number)?;
        Some(match kind {
            "audit" => Self::AuditEntry(AuditEntryId(id)),
            "campaign" => Self::Campaign(CampaignId(id)),
            "job" => Self::Job(JobId(id)),
            "member" => Self::Member(MemberId(id)),
            "event" => Self::MembershipEvent(MembershipEventId(id)),
            "points" => Self::PointsEntry(PointsEntryId(id)),
            "partner" => Self::Partner(PartnerId(id)),
            "token" => Self::PartnerToken(PartnerTokenId(id)),
            "push" => Self::Push(PushId(id)),
            "segment" => Self::Segment(SegmentId(id)),
            "sync" => Self::SegmentSync(SegmentSyncId(id)),
            "transaction" => Self::Transaction(TransactionId(id)),
            "user" => Self::User(UserId(id)),
            "delivery" => Self::WebhookDelivery(WebhookDeliveryId(id)),
            "endpoint" => Self::WebhookEndpoint(WebhookEndpointId(id)),
            _ => return None,
        })
    }

    /// The type and the number of what is named, as the audit log keeps them.
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::AuditEntry(id) => ("AuditEntry", id.0),
            Self::Campaign(id) => ("Campaign", id.0),
            Self::Job(id) => ("Job", id.0),
            Self::Member(id) => ("Member", id.0),
            Self::MembershipEvent(id) => ("MembershipEvent", id.0),
            Self::PointsEntry(id) => ("PointsEntry", id.0),
            Self::Partner(id) => ("Partner", id.0),
            Self::PartnerToken(id) => ("PartnerToken", id.0),
            Self::Push(id) => ("PushReceipt", id.0),
            Self::Segment(id) => ("Segment", id.0),
            Self::SegmentSync(id) => ("SegmentSync", id.0),
            Self::Transaction(id) => ("Transaction", id.0),
            Self::User(id) => ("User", id.0),
            Self::WebhookDelivery(id) => ("WebhookDelivery", id.0),
            Self::WebhookEndpoint(id) => ("WebhookEndpoint", id.0),
        }
    }

    /// The id of an object that the audit log names; none for a type whose objects have no id.
    pub fn of_parts(kind: &str, id: i64) -> Option<Self> {
        Some(match kind {
            "AuditEntry" => Self::AuditEntry(AuditEntryId(id)),
            "Campaign" => Self::Campaign(CampaignId(id)),
            "Job" => Self::Job(JobId(id)),
            "Member" => Self::Member(MemberId(id)),
            "MembershipEvent" => Self::MembershipEvent(MembershipEventId(id)),
            "PointsEntry" => Self::PointsEntry(PointsEntryId(id)),
            "Partner" => Self::Partner(PartnerId(id)),
            "PartnerToken" => Self::PartnerToken(PartnerTokenId(id)),
            "PushReceipt" => Self::Push(PushId(id)),
            "Segment" => Self::Segment(SegmentId(id)),
            "SegmentSync" => Self::SegmentSync(SegmentSyncId(id)),
            "Transaction" => Self::Transaction(TransactionId(id)),
            "User" => Self::User(UserId(id)),
            "WebhookDelivery" => Self::WebhookDelivery(WebhookDeliveryId(id)),
            "WebhookEndpoint" => Self::WebhookEndpoint(WebhookEndpointId(id)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let id = GlobalId::Member(MemberId(42));
        assert_eq!(GlobalId::read(&id.text()), Some(id));
        for wrong in ["", "42", "member:42", "bWVtYmVyOjA", "bWVtYmVyOi0x", "bWVtYmVyOjA0Mg", "\u{0}", "§"] {
            assert_eq!(GlobalId::read(wrong), None, "{wrong}");
        }
        for kind in [
            "AuditEntry",
            "Campaign",
            "Job",
            "Member",
            "PointsEntry",
            "Segment",
            "Transaction",
            "User",
            "WebhookDelivery",
            "WebhookEndpoint",
        ] {
            let id = GlobalId::of_parts(kind, 7).unwrap();
            assert_eq!((id.parts(), GlobalId::read(&id.text())), ((kind, 7), Some(id)));
        }
        assert_eq!(GlobalId::of_parts("Program", 1), None);
    }
}
