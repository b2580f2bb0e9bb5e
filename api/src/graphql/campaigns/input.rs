//! What is said of campaigns, and of what members did with what they got.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};

use crate::campaigns::{self, CampaignPatch, NewCampaign};
use crate::error::Stop;
use crate::graphql::patch::{Fields, patch};
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::graphql::scalars::{DateTime, Decimal};

/// A draft of a campaign.
#[derive(InputObject)]
pub(crate) struct CreateCampaignInput {
    /// Others may be called the same.
    name: String,
    description: Option<String>,
    /// What members are offered.
    offer: Option<String>,
    /// Whose members are to get it; one that is active.
    segment: SegmentRef,
    /// 0 at least, and less than 100: share of the audience that is left alone so that the effect can be measured.
    #[graphql(default_with = "Decimal(rust_decimal::Decimal::TEN)")]
    holdout_percent: Decimal,
    starts_at: DateTime,
    /// After `startsAt`; midnight ends with the day before.
    ends_at: DateTime,
    /// In all, in the programme's currency.
    #[graphql(default_with = "Decimal(rust_decimal::Decimal::ZERO)")]
    cost: Decimal,
}

/// Absent fields stay as they are; null empties `description` and `offer`.
#[derive(InputObject)]
pub(crate) struct UpdateCampaignInput {
    pub(super) id: ID,
    name: MaybeUndefined<String>,
    description: MaybeUndefined<String>,
    offer: MaybeUndefined<String>,
    segment: MaybeUndefined<SegmentRef>,
    holdout_percent: MaybeUndefined<Decimal>,
    starts_at: MaybeUndefined<DateTime>,
    ends_at: MaybeUndefined<DateTime>,
    cost: MaybeUndefined<Decimal>,
}

/// What members did with what a campaign sent: at most 10,000 events.
#[derive(InputObject)]
pub(crate) struct CampaignEngagementInput {
    /// One that was started; it may have ended.
    pub(super) campaign: ID,
    pub(super) events: Vec<EngagementInput>,
}

/// What a member did.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::EngagementKind")]
pub(crate) enum EngagementKind {
    /// It reached the member.
    Delivered,
    Opened,
    Clicked,
    /// The member made use of the offer.
    Redeemed,
}

/// Something that a member of a campaign's audience did.
#[derive(InputObject)]
pub(crate) struct EngagementInput {
    member: MemberRef,
    kind: EngagementKind,
    /// At most one day ahead.
    at: DateTime,
    /// Unique with the campaign and the member, so that a repeat counts once.
    document: String,
}

impl From<CreateCampaignInput> for NewCampaign {
    fn from(input: CreateCampaignInput) -> Self {
        let CreateCampaignInput { name, description, offer, segment, holdout_percent, starts_at, ends_at, cost } =
            input;
        Self {
            name,
            description,
            offer,
            segment: segment.into(),
            holdout_percent: holdout_percent.0,
            starts_at: starts_at.0,
            ends_at: ends_at.0,
            cost: cost.0,
        }
    }
}

impl UpdateCampaignInput {
    pub(super) fn patch(self) -> Result<CampaignPatch, Stop> {
        let mut fields = Fields::default();
        let patch = CampaignPatch {
            name: fields.never_null("name", self.name),
            description: patch(self.description),
            offer: patch(self.offer),
            segment: fields.never_null("segment", self.segment).map(Into::into),
            holdout_percent: fields.never_null("holdoutPercent", self.holdout_percent).map(|percent| percent.0),
            starts_at: fields.never_null("startsAt", self.starts_at).map(|at| at.0),
            ends_at: fields.never_null("endsAt", self.ends_at).map(|at| at.0),
            cost: fields.never_null("cost", self.cost).map(|cost| cost.0),
        };
        if fields.refusals.is_empty() { Ok(patch) } else { Err(Stop::Refused(fields.refusals).under(&["input"])) }
    }
}

impl From<EngagementInput> for campaigns::EngagementInput {
    fn from(input: EngagementInput) -> Self {
        let EngagementInput { member, kind, at, document } = input;
        Self { member: member.into(), kind: kind.into(), at: at.0, document }
    }
}
