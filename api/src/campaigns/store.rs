//! The SQL of campaigns.

use engine::calendar::Millis;
use entity::campaign;
use entity::ids::{CampaignId, SegmentId};
use entity::kinds::CampaignStatus;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::CampaignFilter;
use crate::db::{Txn, for_no_key_update, sql};
use crate::error::Fault;

/// A statement over the campaigns that a filter lets through.
pub(super) fn select(filter: &CampaignFilter) -> SelectStatement {
    let mut found = campaign::Entity::find();
    if let Some(status) = &filter.status {
        found = found.filter(campaign::Column::Status.is_in(status.iter().copied()));
    }
    found.into_query()
}

/// The campaigns of ids, in no order.
pub(super) async fn campaigns(db: &impl ConnectionTrait, ids: &[CampaignId]) -> Result<Vec<campaign::Model>, DbErr> {
    campaign::Entity::find().filter(campaign::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// All campaigns, newest first.
pub(super) async fn newest(db: &impl ConnectionTrait) -> Result<Vec<campaign::Model>, DbErr> {
    campaign::Entity::find().order_by_desc(campaign::Column::Id).all(db).await
}

/// The campaigns for the members of segments that have not ended, in the order in which they were made.
pub(super) async fn lasting(db: &impl ConnectionTrait, segments: &[SegmentId]) -> Result<Vec<campaign::Model>, DbErr> {
    campaign::Entity::find()
        .filter(campaign::Column::SegmentId.is_in(segments.iter().copied()))
        .filter(campaign::Column::Status.ne(CampaignStatus::Ended))
        .order_by_asc(campaign::Column::Id)
        .all(db)
        .await
}

/// The running campaigns whose time is over.
pub(super) async fn over(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<CampaignId>, DbErr> {
    campaign::Entity::find()
        .select_only()
        .column(campaign::Column::Id)
        .filter(campaign::Column::Status.eq(CampaignStatus::Running))
        .filter(campaign::Column::EndsAt.lte(now))
        .order_by_asc(campaign::Column::Id)
        .into_tuple()
        .all(db)
        .await
}

/// A campaign, kept from being changed until the transaction ends.
pub(super) async fn lock(txn: &Txn, id: CampaignId) -> Result<Option<campaign::Model>, Fault> {
    let text = format!("SELECT * FROM campaign WHERE id = $1{}", for_no_key_update(txn));
    let found = campaign::Entity::find().from_raw_sql(sql(txn, text, [id.into()]));
    Ok(found.one(txn).await?)
}

/// Writes a new campaign.
pub(super) async fn insert(txn: &Txn, new: campaign::ActiveModel) -> Result<campaign::Model, DbErr> {
    campaign::Entity::insert(new).exec_with_returning(txn).await
}

/// Writes what is set.
pub(super) async fn update(txn: &Txn, changed: campaign::ActiveModel) -> Result<campaign::Model, DbErr> {
    campaign::Entity::update(changed).exec(txn).await
}

/// Removes a draft, which has no audience.
pub(super) async fn remove(txn: &Txn, id: CampaignId) -> Result<(), DbErr> {
    campaign::Entity::delete_by_id(id).exec(txn).await?;
    Ok(())
}
