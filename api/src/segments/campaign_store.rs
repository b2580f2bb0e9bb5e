//! The SQL of what segments know of campaigns.

use std::collections::{HashMap, HashSet};

use engine::rules::Rule;
use entity::campaign;
use entity::ids::{CampaignId, SegmentId};
use entity::kinds::CampaignStatus;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Fault;

/// Which of some campaigns there are.
pub(super) async fn known(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = CampaignId>,
) -> Result<HashSet<CampaignId>, Fault> {
    Ok(names(db, ids.collect()).await?.into_iter().map(|(id, _)| id).collect())
}

/// What the campaigns are called that rules name.
pub async fn called<'r>(
    db: &impl ConnectionTrait,
    rules: impl IntoIterator<Item = &'r Rule<i64>>,
) -> Result<HashMap<i64, String>, Fault> {
    let ids = rules.into_iter().flat_map(Rule::campaigns).map(|id| CampaignId(*id)).collect();
    Ok(names(db, ids).await?.into_iter().map(|(id, name)| (id.0, name)).collect())
}

async fn names(db: &impl ConnectionTrait, ids: Vec<CampaignId>) -> Result<Vec<(CampaignId, String)>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = campaign::Entity::find().select_only().columns([campaign::Column::Id, campaign::Column::Name]);
    Ok(found.filter(campaign::Column::Id.is_in(ids)).into_tuple().all(db).await?)
}

/// The names of the campaigns for the members of a segment that are in one of some states.
pub(super) async fn of_segment(
    db: &impl ConnectionTrait,
    segment: SegmentId,
    states: &[CampaignStatus],
) -> Result<Vec<String>, Fault> {
    let found = campaign::Entity::find().select_only().column(campaign::Column::Name);
    let found = found.filter(campaign::Column::SegmentId.eq(segment));
    let found = found.filter(campaign::Column::Status.is_in(states.iter().copied()));
    Ok(found.order_by_asc(campaign::Column::Id).into_tuple().all(db).await?)
}
