//! The closed lists of words that columns hold, spelt as in the API.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(#[sea_orm(string_value = $text)] #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// The word that the column holds.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    )*};
}

kinds! {
    /// What a person may do; each can do all that the ones after it can.
    Role { Owner = "OWNER", Admin = "ADMIN", Analyst = "ANALYST", }
    /// What a partner's token may be used for.
    Scope {
        SegmentsRead = "SEGMENTS_READ", SegmentsPush = "SEGMENTS_PUSH", MembersWrite = "MEMBERS_WRITE",
        TransactionsWrite = "TRANSACTIONS_WRITE", Export = "EXPORT",
    }
    /// Goods against money, or goods back.
    TransactionKind { Sale = "SALE", Return = "RETURN", }
    /// What a points entry moves.
    PointsKind { Earned = "EARNED", Redeemed = "REDEEMED", Expired = "EXPIRED", Adjusted = "ADJUSTED", }
    /// Who decides on membership.
    SegmentKind { Dynamic = "DYNAMIC", Manual = "MANUAL", External = "EXTERNAL", }
    /// How a member came to belong.
    MembershipVia { Rule = "RULE", Assigned = "ASSIGNED", Partner = "PARTNER", }
    /// A coming or a going.
    MembershipEventKind { Joined = "JOINED", Left = "LEFT", }
    /// Why a member came or went.
    MembershipReason {
        DataChanged = "DATA_CHANGED", TimePassed = "TIME_PASSED", RuleChanged = "RULE_CHANGED",
        SegmentChanged = "SEGMENT_CHANGED", Assigned = "ASSIGNED", Unassigned = "UNASSIGNED", Unpinned = "UNPINNED",
        Imported = "IMPORTED", PartnerPush = "PARTNER_PUSH", PartnerSync = "PARTNER_SYNC",
        Expired = "EXPIRED", Activated = "ACTIVATED", SegmentRemoved = "SEGMENT_REMOVED",
        MemberErased = "MEMBER_ERASED",
    }
    /// How far a job has come.
    JobStatus { Queued = "QUEUED", Running = "RUNNING", Succeeded = "SUCCEEDED", Failed = "FAILED", Cancelled = "CANCELLED", }
    /// What webhooks tell of.
    WebhookEvent {
        SegmentCreated = "SEGMENT_CREATED", SegmentUpdated = "SEGMENT_UPDATED", SegmentActivated = "SEGMENT_ACTIVATED",
        SegmentDeactivated = "SEGMENT_DEACTIVATED", SegmentRemoved = "SEGMENT_REMOVED",
        MemberJoinedSegment = "MEMBER_JOINED_SEGMENT", MemberLeftSegment = "MEMBER_LEFT_SEGMENT",
        CampaignStarted = "CAMPAIGN_STARTED", CampaignEnded = "CAMPAIGN_ENDED",
    }
    /// How far a campaign has come.
    CampaignStatus { Draft = "DRAFT", Running = "RUNNING", Ended = "ENDED", }
    /// What a member did with what a campaign sent.
    EngagementKind { Delivered = "DELIVERED", Opened = "OPENED", Clicked = "CLICKED", Redeemed = "REDEEMED", }
    /// How far something that is to be told has come.
    WebhookDeliveryStatus { Pending = "PENDING", Delivered = "DELIVERED", Failed = "FAILED", }
}
