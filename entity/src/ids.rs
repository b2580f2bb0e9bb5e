//! Ids are types inside and opaque text outside: a member's id cannot stand where a segment's is meant.

use sea_orm::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        pub struct $name(pub i64);
    )*};
}

ids! {
    /// Of a person who signs in.
    UserId,
    /// Of a session.
    SessionId,
    /// Of a member.
    MemberId,
    /// Of a transaction.
    TransactionId,
    /// Of a points entry.
    PointsEntryId,
    /// Of an answer to a survey.
    FeedbackId,
    /// Of a segment.
    SegmentId,
    /// Of a coming or going.
    MembershipEventId,
    /// Of an import.
    ImportId,
    /// Of a file that comes by HTTP.
    UploadId,
    /// Of an entry of the audit log.
    AuditEntryId,
    /// Of a job.
    JobId,
    /// Of a partner system.
    PartnerId,
    /// Of a partner's token.
    PartnerTokenId,
    /// Of a push.
    PushId,
    /// Of a full list that is sent in parts.
    SegmentSyncId,
    /// Of somebody who is told of changes.
    WebhookEndpointId,
    /// Of something that somebody is told.
    WebhookDeliveryId,
    /// Of a campaign.
    CampaignId,
}
