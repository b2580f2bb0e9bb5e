//! Lists of campaigns.

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use entity::campaign;

use super::plan::CampaignPlan;
use super::types::{Campaign, CampaignStatus};
use crate::campaigns::{self, CampaignFilter};
use crate::db::page::{Cursor, Slice};
use crate::global_id::GlobalId;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, forward, int};
use crate::graphql::refs::SegmentRef;
use crate::graphql::scalars::Decimal;

/// Campaigns, newest first.
pub(crate) struct CampaignConnection {
    slice: Slice<campaign::Model>,
    filter: CampaignFilter,
}

/// A campaign and where it stands.
#[derive(SimpleObject)]
pub(crate) struct CampaignEdge {
    cursor: String,
    node: Campaign,
}

/// Campaigns, newest first.
#[Object]
impl CampaignConnection {
    async fn edges(&self) -> Vec<CampaignEdge> {
        let edge = |(cursor, row): &(Cursor, campaign::Model)| CampaignEdge {
            cursor: cursor.text(),
            node: Campaign::new(row.clone()),
        };
        self.slice.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<Campaign> {
        self.slice.rows.iter().map(|(_, row)| Campaign::new(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.slice)
    }

    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(campaigns::count(app(ctx), &self.filter).await?))
    }
}

#[derive(Default)]
pub(crate) struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// Newest first. `results` can be asked for of 50 campaigns at once.
    #[graphql(guard = "ANYONE")]
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        status: Option<Vec<CampaignStatus>>,
    ) -> Result<CampaignConnection, Error> {
        let status = status.map(|status| status.into_iter().map(Into::into).collect());
        let filter = CampaignFilter { status };
        let slice = campaigns::page(app(ctx), &filter, &forward(first, after)).await?;
        Ok(CampaignConnection { slice, filter })
    }

    /// The campaign of an id; null where there is none.
    #[graphql(guard = "ANYONE")]
    async fn campaign(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Campaign>, Error> {
        match GlobalId::read(&id) {
            Some(GlobalId::Campaign(id)) => Ok(campaigns::by_id(app(ctx), id).await?.map(Campaign::new)),
            _ => Ok(None),
        }
    }

    /// What a holdout of so many percent, 0 to 100, of a segment's members as they are now could show. Goes by who of them
    /// bought in the last 30 days.
    #[graphql(guard = "ANYONE")]
    async fn campaign_plan(
        &self,
        ctx: &Context<'_>,
        segment: SegmentRef,
        holdout_percent: Decimal,
    ) -> Result<Option<CampaignPlan>, Error> {
        let plan = campaigns::plan(app(ctx), &segment.into(), holdout_percent.0).await?;
        Ok(Some(plan.into()))
    }
}
