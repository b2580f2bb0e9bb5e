//! A member.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};

use super::metrics::MemberMetrics;
use crate::error::Fault;
use crate::global_id::GlobalId;
use crate::graphql::connection::forward;
use crate::graphql::history::EventsOf;
use crate::graphql::loaders::{LabelsOf, Part, PointsOf, SegmentsOf, TransactionsOf, load};
use crate::graphql::points::PointsEntryConnection;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::segments::{MembershipEventConnection, SegmentConnection};
use crate::graphql::transactions::TransactionConnection;
use crate::members::{LabelInput, MemberRow};
use crate::segments;

/// A customer known by name: enrolled in the programme, or an identified guest.
#[derive(Clone)]
pub(crate) struct Member(Arc<MemberRow>);

/// A key and what it says.
#[derive(SimpleObject, Clone)]
pub(crate) struct Label {
    key: String,
    value: String,
}

impl From<LabelInput> for Label {
    fn from(LabelInput { key, value }: LabelInput) -> Self {
        Self { key, value }
    }
}

impl Member {
    pub(crate) fn new(row: impl Into<Arc<MemberRow>>) -> Self {
        Self(row.into())
    }

    pub(super) fn row(&self) -> &Arc<MemberRow> {
        &self.0
    }
}

/// A customer known by name: enrolled in the programme, or an identified guest.
#[Object]
impl Member {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Member(self.0.member.id).text().into()
    }

    /// The customer's number in the shop's own systems; unique.
    async fn number(&self) -> &str {
        &self.0.member.number
    }

    /// In the programme; false for an identified guest.
    async fn enrolled(&self) -> bool {
        self.0.member.enrolled_at.is_some()
    }

    async fn enrolled_at(&self) -> Option<DateTime> {
        self.0.member.enrolled_at.map(DateTime)
    }

    async fn first_name(&self) -> Option<&str> {
        self.0.member.first_name.as_deref()
    }

    async fn last_name(&self) -> Option<&str> {
        self.0.member.last_name.as_deref()
    }

    async fn email(&self) -> Option<&str> {
        self.0.member.email.as_deref()
    }

    async fn phone(&self) -> Option<&str> {
        self.0.member.phone.as_deref()
    }

    async fn gender(&self) -> Option<&str> {
        self.0.member.gender.as_deref()
    }

    async fn birth_date(&self) -> Result<Option<Date>, Error> {
        let day = self.0.member.birth_date.as_deref().map(str::parse).transpose();
        Ok(day.map_err(|_| Fault::new("a birth date is not a day"))?.map(Date))
    }

    async fn country(&self) -> Option<&str> {
        self.0.member.country.as_deref()
    }

    async fn region(&self) -> Option<&str> {
        self.0.member.region.as_deref()
    }

    async fn city(&self) -> Option<&str> {
        self.0.member.city.as_deref()
    }

    async fn postal_code(&self) -> Option<&str> {
        self.0.member.postal_code.as_deref()
    }

    async fn street(&self) -> Option<&str> {
        self.0.member.street.as_deref()
    }

    async fn tier(&self) -> Option<&str> {
        self.0.member.tier.as_deref()
    }

    async fn labels(&self, ctx: &Context<'_>) -> Result<Vec<Label>, Error> {
        let labels = load(ctx, LabelsOf(self.0.member.id)).await?.unwrap_or_default();
        Ok(labels.into_iter().map(Label::from).collect())
    }

    /// A JSON object of the shop's own.
    async fn attributes(&self) -> Result<serde_json::Value, Error> {
        Ok(serde_json::from_str(&self.0.member.attributes).map_err(Fault::from)?)
    }

    async fn marketing_consent(&self) -> bool {
        self.0.member.marketing_consent
    }

    /// When the person was erased: nothing else stands here any more.
    async fn erased_at(&self) -> Option<DateTime> {
        self.0.member.erased_at.map(DateTime)
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.member.created_at)
    }

    async fn metrics(&self) -> MemberMetrics {
        MemberMetrics(self.0.clone())
    }

    /// The segments that the member belongs to, by name; all of them, or the active or inactive ones.
    async fn segments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        active: Option<bool>,
    ) -> Result<SegmentConnection, Error> {
        let member = self.0.member.id;
        let part = Part::new(member, SegmentsOf { active, page: forward(first, after) });
        Ok(SegmentConnection::new(load(ctx, part).await?.unwrap_or_default(), segments::of_member(member, active)))
    }

    /// Where the member came and went, removed segments included, newest first.
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<MembershipEventConnection, Error> {
        let part = Part::new(self.0.member.id, EventsOf { member: None, page: forward(first, after) });
        Ok(MembershipEventConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }

    /// Sales and returns, newest first.
    async fn transactions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<TransactionConnection, Error> {
        let part = Part::new(self.0.member.id, TransactionsOf(forward(first, after)));
        Ok(TransactionConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }

    /// The points ledger, newest first.
    async fn points_entries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<PointsEntryConnection, Error> {
        let part = Part::new(self.0.member.id, PointsOf(forward(first, after)));
        Ok(PointsEntryConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }
}
