//! A campaign.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object};
use entity::campaign;

use super::loading::{AudienceOf, ResultsOf};
use super::results::CampaignResults;
use crate::campaigns::AudienceList;
use crate::error::Fault;
use crate::exports::{self, Asker, Exported};
use crate::global_id::GlobalId;
use crate::graphql::access::{ANYONE, caller};
use crate::graphql::connection::{forward, int};
use crate::graphql::exports::{ExportFormat, ExportLayout, ExportLink};
use crate::graphql::loaders::{Part, load};
use crate::graphql::members::MemberConnection;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{DateTime, Decimal};
use crate::graphql::segments::Segment;
use crate::graphql::{RequestScope, app};

/// How far a campaign has come.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::CampaignStatus")]
pub(crate) enum CampaignStatus {
    /// It can still be changed and removed.
    Draft,
    /// Its audience is fixed and the holdout drawn.
    Running,
    /// Somebody ended it, or its time is over.
    Ended,
}

/// Something that is sent to the members of a segment, a part of whom is left alone so that the effect can be measured.
#[derive(Clone)]
pub(crate) struct Campaign(Arc<campaign::Model>);

impl Campaign {
    pub(crate) fn new(row: impl Into<Arc<campaign::Model>>) -> Self {
        Self(row.into())
    }
}

/// Something that is sent to the members of a segment, a part of whom is left alone so that the effect can be measured.
#[Object]
impl Campaign {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Campaign(self.0.id).text().into()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What members are offered.
    async fn offer(&self) -> Option<&str> {
        self.0.offer.as_deref()
    }

    /// Null once removed, after the campaign ended.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Error> {
        match self.0.segment_id {
            Some(segment) => Ok(load(ctx, segment).await?.map(Segment::new)),
            None => Ok(None),
        }
    }

    async fn status(&self) -> CampaignStatus {
        self.0.status.into()
    }

    /// Share of the audience that is left alone so that the effect can be measured.
    async fn holdout_percent(&self) -> Result<Decimal, Error> {
        let percent = self.0.holdout_percent.parse();
        Ok(Decimal(percent.map_err(|_| Fault::new("campaign.holdout_percent is not a number"))?))
    }

    /// Its days are whole days of the programme's time zone, from this instant's on. A late start brings it forward to the
    /// start.
    async fn starts_at(&self) -> DateTime {
        DateTime(self.0.starts_at)
    }

    /// Its last day is that of the last instant before this one, so that midnight ends with the day before. An early end
    /// brings it back to the end.
    async fn ends_at(&self) -> DateTime {
        DateTime(self.0.ends_at)
    }

    /// What it costs in all.
    async fn cost(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.cost)
    }

    /// Members of the audience who get it; 0 before the start. Who is erased leaves the audience.
    async fn targeted(&self) -> i32 {
        int(self.0.targeted)
    }

    /// Members of the audience who are left alone; 0 before the start.
    async fn held_out(&self) -> i32 {
        int(self.0.held_out)
    }

    /// What it brought so far. Null before the start, and where nobody is left who was targeted.
    async fn results(&self, ctx: &Context<'_>) -> Result<Option<CampaignResults>, Error> {
        Ok(load(ctx, ResultsOf(self.0.id)).await?.map(CampaignResults))
    }

    /// The audience that the start has fixed, in the order in which its members were first known: both sides, or those held
    /// out (true), or those targeted (false).
    async fn audience(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        held_out: Option<bool>,
    ) -> Result<MemberConnection, Error> {
        let part = Part::new(self.0.id, AudienceOf { list: AudienceList { held_out }, page: forward(first, after) });
        let slice = load(ctx, part).await?.unwrap_or_default();
        let total = match held_out {
            None => self.0.targeted + self.0.held_out,
            Some(true) => self.0.held_out,
            Some(false) => self.0.targeted,
        };
        Ok(MemberConnection::counted(&slice, total))
    }

    /// A link good for a few minutes to those who are to get it, for the tool that sends it: without those held out, and
    /// with nobody before the start. `joinedAt` is when the audience was fixed.
    #[graphql(guard = "ANYONE")]
    async fn export(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ExportFormat::Csv")] format: ExportFormat,
        #[graphql(default_with = "ExportLayout::Full")] layout: ExportLayout,
    ) -> Result<ExportLink, Error> {
        let scope = ctx.data_unchecked::<RequestScope>();
        let (asker, of) = (Asker::User(caller(ctx)?.user), Exported::campaign(&self.0));
        let link = exports::ask(app(ctx), asker, &scope.reached, of, (format.into(), layout.into()))?;
        Ok(link.into())
    }
}
