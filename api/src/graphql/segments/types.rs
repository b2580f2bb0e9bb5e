//! A segment.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, MergedObject, Object};

use super::definition::{DefinitionOf, PinsOf, SegmentEvaluation, SegmentPinConnection, dependents};
use super::events::MembershipEventConnection;
use super::figures::SegmentFigures;
use super::history::{Interval, SegmentChanges, SegmentHistoryPoint, SegmentOverlap, stayed};
use super::input::SegmentMemberOrder;
use super::kind::SegmentKind;
use super::members::{SegmentMemberConnection, asked};
use super::reach::{named, own_key};
use crate::db::page::PageArguments;
use crate::exports::{self, Asker, Exported};
use crate::global_id::GlobalId;
use crate::graphql::access::{ANYONE_OR_EXPORT, caller, partner_of};
use crate::graphql::connection::{forward, int};
use crate::graphql::exports::{ExportFormat, ExportLayout, ExportLink};
use crate::graphql::history::{CourseOf, EventsOf, OverlapsWith};
use crate::graphql::loaders::{MembersOf, Part, TagsOf, load};
use crate::graphql::members::{MemberConnection, MemberFilter};
use crate::graphql::node::Node;
use crate::graphql::partners::Partner;
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::graphql::rules::{ExplainedTo, MembershipExplanation};
use crate::graphql::scalars::{Date, DateTime, Url};
use crate::graphql::{RequestScope, app};
use crate::segments::history::{Course, Stayed};
use crate::segments::{self, Definition, SegmentRow};

/// A named group of members.
#[derive(Clone, MergedObject)]
pub(crate) struct Segment(SegmentRecord, SegmentFigures);

impl Segment {
    pub(crate) fn new(row: impl Into<Arc<SegmentRow>>) -> Self {
        let row = row.into();
        Self(SegmentRecord(row.clone()), SegmentFigures(row))
    }

    pub(super) fn row(&self) -> &SegmentRow {
        &self.0.0
    }

    /// As every node has one.
    pub(crate) async fn id(&self, ctx: &Context<'_>) -> Result<ID, Error> {
        self.0.id(ctx).await
    }
}

/// What a segment is, and who belongs.
#[derive(Clone)]
pub(crate) struct SegmentRecord(Arc<SegmentRow>);

impl SegmentRecord {
    async fn definition(&self, ctx: &Context<'_>) -> Result<Option<Arc<Definition>>, Error> {
        if self.0.segment.kind == entity::kinds::SegmentKind::Dynamic {
            load(ctx, DefinitionOf(self.0.segment.id)).await
        } else {
            Ok(None)
        }
    }
}

#[Object]
impl SegmentRecord {
    async fn id(&self) -> ID {
        GlobalId::Segment(self.0.segment.id).text().into()
    }

    /// A stable handle of the caller's choice, unique; partners and files use it.
    async fn key(&self, ctx: &Context<'_>) -> &str {
        own_key(ctx, &self.0.segment.key)
    }

    async fn name(&self) -> &str {
        &self.0.segment.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.segment.description.as_deref()
    }

    async fn kind(&self) -> SegmentKind {
        self.0.segment.kind.into()
    }

    async fn active(&self) -> bool {
        self.0.segment.active
    }

    /// Since when an inactive segment's membership has stood still.
    async fn frozen_at(&self) -> Option<DateTime> {
        self.0.segment.frozen_at.map(DateTime)
    }

    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>, Error> {
        Ok(load(ctx, TagsOf(self.0.segment.id)).await?.unwrap_or_default())
    }

    /// The rule in the shape of RuleInput, so that it can be sent back as it is. Null unless DYNAMIC.
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<serde_json::Value>, Error> {
        Ok(self.definition(ctx).await?.map(|definition| definition.rule.clone()))
    }

    /// The rule as a sentence, for example: spending in the last 180 days is at least 500 and country is PL or DE.
    async fn rule_text(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        Ok(self.definition(ctx).await?.map(|definition| definition.text.clone()))
    }

    /// The state of the latest evaluation of the rule.
    async fn evaluation(&self, ctx: &Context<'_>) -> Result<Option<SegmentEvaluation>, Error> {
        let definition = self.definition(ctx).await?;
        Ok(definition.and_then(|definition| definition.evaluation.as_ref().map(SegmentEvaluation::new)))
    }

    /// Segments whose rules name it, and campaigns that have not ended.
    async fn dependents(&self, ctx: &Context<'_>) -> Result<Vec<Node>, Error> {
        dependents(ctx, self.0.segment.id).await
    }

    /// Who was pinned in or out by hand, newest first.
    async fn pins(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<SegmentPinConnection, Error> {
        let part = Part::new(self.0.segment.id, PinsOf(forward(first, after)));
        Ok(SegmentPinConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }

    /// EXTERNAL only.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>, Error> {
        match self.0.segment.partner_id {
            Some(partner) => Ok(load(ctx, partner).await?.map(Partner::new)),
            None => Ok(None),
        }
    }

    /// EXTERNAL only: where the partner shows it.
    async fn external_url(&self) -> Option<Url> {
        self.0.segment.external_url.clone().map(Url)
    }

    /// EXTERNAL only: a membership lapses that many days after it was last pushed.
    async fn expires_after_days(&self) -> Option<i32> {
        self.0.segment.expires_after_days.map(int)
    }

    /// Grows with every change of the definition; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.segment.version)
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.segment.created_at)
    }

    async fn created_by(&self) -> Option<&str> {
        self.0.segment.created_by.as_deref()
    }

    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.segment.updated_at)
    }

    /// Who belongs now; who came last comes first where no order is given.
    #[allow(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(name = "search")] search_text: Option<String>,
        filter: Option<MemberFilter>,
        order_by: Option<SegmentMemberOrder>,
    ) -> Result<SegmentMemberConnection, Error> {
        let list = asked(ctx, search_text, filter, order_by).await?;
        let segment = self.0.segment.id;
        let page = PageArguments { first, after, last, before };
        let slice = load(ctx, Part::new(segment, MembersOf { list: list.clone(), page })).await?.unwrap_or_default();
        Ok(SegmentMemberConnection::new(&slice, segment, list))
    }

    /// Who belonged at that instant, exactly.
    async fn members_at(
        &self,
        ctx: &Context<'_>,
        at: DateTime,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<MemberConnection, Error> {
        stayed(ctx, self.0.segment.id, Stayed::At(at.0), first, after).await
    }

    /// Who came and went between two instants.
    async fn changes(&self, from: DateTime, to: DateTime) -> Result<SegmentChanges, Error> {
        let (joined, left) = Stayed::between(from.0, to.0)?;
        Ok(SegmentChanges { segment: self.0.segment.id, joined, left })
    }

    /// Every coming and going with its reason, newest first.
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        member: Option<MemberRef>,
    ) -> Result<MembershipEventConnection, Error> {
        let member = match member {
            Some(member) => Some(named(ctx, member).await?),
            None => None,
        };
        let part = Part::new(self.0.segment.id, EventsOf { member, page: forward(first, after) });
        Ok(MembershipEventConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }

    /// A point per interval: size, joined, left and the averages.
    async fn history(
        &self,
        ctx: &Context<'_>,
        from: Date,
        to: Date,
        #[graphql(default_with = "Interval::Day")] interval: Interval,
    ) -> Result<Vec<SegmentHistoryPoint>, Error> {
        let course = Course { from: from.0, to: to.0, interval: interval.into() };
        let points = load(ctx, Part::new(self.0.segment.id, CourseOf(course))).await?.unwrap_or_default();
        Ok(points.iter().map(|point| SegmentHistoryPoint::new(ctx, point)).collect())
    }

    /// How many members it shares with each of the others.
    async fn overlaps(&self, ctx: &Context<'_>, with: Option<Vec<SegmentRef>>) -> Result<Vec<SegmentOverlap>, Error> {
        let with = match with {
            Some(references) => {
                Some(segments::ids_of(app(ctx), &references.into_iter().map(Into::into).collect::<Vec<_>>()).await?)
            }
            None => None,
        };
        let overlaps = load(ctx, Part::new(self.0.segment.id, OverlapsWith(with))).await?.unwrap_or_default();
        Ok(overlaps.iter().map(SegmentOverlap::new).collect())
    }

    /// Is this member in, and why or why not, clause by clause with the observed values.
    async fn explain(&self, ctx: &Context<'_>, member: MemberRef) -> Result<Option<MembershipExplanation>, Error> {
        let explained = load(ctx, Part::new(self.0.segment.id, ExplainedTo(member.into()))).await?;
        Ok(explained.map(|explanation| MembershipExplanation::new(&explanation)))
    }

    /// A link good for a few minutes that streams the member list, without any size limit.
    #[graphql(guard = "ANYONE_OR_EXPORT")]
    async fn export(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ExportFormat::Csv")] format: ExportFormat,
        #[graphql(default_with = "ExportLayout::Full")] layout: ExportLayout,
    ) -> Result<ExportLink, Error> {
        let scope = ctx.data_unchecked::<RequestScope>();
        let asker = match partner_of(ctx) {
            Some(partner) => Asker::Partner(partner.partner, partner.token),
            None => Asker::User(caller(ctx)?.user),
        };
        let of = Exported::segment(&self.0);
        let link = exports::ask(app(ctx), asker, &scope.reached, of, (format.into(), layout.into()))?;
        Ok(link.into())
    }
}
