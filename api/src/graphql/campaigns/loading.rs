//! What hangs below the campaigns of a page.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::campaign;
use entity::ids::{CampaignId, SegmentId};

use crate::campaigns::{self, AudienceList, Outcome};
use crate::db::page::{PageArguments, Slice};
use crate::error::Fault;
use crate::graphql::loaders::{Part, Reader, each_part};
use crate::members::MemberRow;

/// What a campaign brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ResultsOf(pub(super) CampaignId);

/// The arguments of `Campaign.audience`.
#[derive(Clone, Debug)]
pub(super) struct AudienceOf {
    pub(super) list: AudienceList,
    pub(super) page: PageArguments,
}

/// The campaigns for a segment's members that have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CampaignsFor(pub(crate) SegmentId);

impl Loader<ResultsOf> for Reader {
    type Value = Arc<Outcome>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[ResultsOf]) -> Result<HashMap<ResultsOf, Self::Value>, Self::Error> {
        let ids: Vec<CampaignId> = keys.iter().map(|key| key.0).collect();
        let found = campaigns::results(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, outcome)| (ResultsOf(id), Arc::new(outcome))).collect())
    }
}

impl Loader<Part<CampaignId, AudienceOf>> for Reader {
    type Value = Arc<Slice<MemberRow>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<CampaignId, AudienceOf>],
    ) -> Result<HashMap<Part<CampaignId, AudienceOf>, Self::Value>, Self::Error> {
        let read = async |parents: Vec<CampaignId>, which: Arc<AudienceOf>| {
            campaigns::audience(&self.0, &parents, &which.list, &which.page).await
        };
        each_part(keys, read).await
    }
}

impl Loader<CampaignsFor> for Reader {
    type Value = Vec<campaign::Model>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[CampaignsFor]) -> Result<HashMap<CampaignsFor, Self::Value>, Self::Error> {
        let ids: Vec<SegmentId> = keys.iter().map(|key| key.0).collect();
        let found = campaigns::of_segments(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, rows)| (CampaignsFor(id), rows)).collect())
    }
}
