//! Lists of campaigns, and of their audiences.

use std::collections::HashMap;

use engine::text::fold;
use entity::campaign;
use entity::ids::{CampaignId, MemberId, SegmentId};
use entity::kinds::CampaignStatus;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;

use super::{audience_store, store};
use crate::app::App;
use crate::db::page::{self, KeyKind, Order, Page, PageArguments, Slice};
use crate::error::Fault;
use crate::members::{self, MemberRow};

/// Which campaigns.
#[derive(Clone, Debug, Default)]
pub struct CampaignFilter {
    /// Those in one of these states; none: in any.
    pub status: Option<Vec<CampaignStatus>>,
}

/// Which members of an audience.
#[derive(Clone, Debug, Default)]
pub struct AudienceList {
    /// Those held out, or those targeted; none: both.
    pub held_out: Option<bool>,
}

/// A part of the campaigns, newest first.
pub async fn page(
    app: &App,
    filter: &CampaignFilter,
    arguments: &PageArguments,
) -> Result<Slice<campaign::Model>, Fault> {
    let id = Expr::col(campaign::Column::Id.as_column_ref());
    let tag = "campaign.id:desc".into();
    let order = Order { tag, key: id.clone(), kind: KeyKind::Int, nullable: false, descending: true, id };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(filter), &order).await?)
}

/// How many campaigns a filter lets through.
pub async fn count(app: &App, filter: &CampaignFilter) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), store::select(filter)).await?)
}

/// The campaigns of ids, in no order.
pub async fn by_ids(app: &App, ids: &[CampaignId]) -> Result<Vec<campaign::Model>, Fault> {
    Ok(store::campaigns(app.db.reader(), ids).await?)
}

/// The campaign of an id.
pub async fn by_id(app: &App, id: CampaignId) -> Result<Option<campaign::Model>, Fault> {
    Ok(by_ids(app, &[id]).await?.into_iter().next())
}

/// Campaigns whose names contain a text, in any spelling, newest first; so many at most.
pub async fn search(app: &App, text: &str, most: usize) -> Result<Vec<campaign::Model>, Fault> {
    let text = fold(text);
    let all = store::newest(app.db.reader()).await?;
    Ok(all.into_iter().filter(|row| fold(&row.name).contains(&text)).take(most).collect())
}

/// The campaigns for the members of segments that have not ended.
pub async fn of_segments(app: &App, segments: &[SegmentId]) -> Result<HashMap<SegmentId, Vec<campaign::Model>>, Fault> {
    let mut found: HashMap<SegmentId, Vec<campaign::Model>> = HashMap::new();
    for row in store::lasting(app.db.reader(), segments).await? {
        if let Some(segment) = row.segment_id {
            found.entry(segment).or_default().push(row);
        }
    }
    Ok(found)
}

/// Whom a campaign targets, by rising id.
pub async fn targeted(app: &App, campaign: CampaignId) -> Result<Vec<MemberId>, Fault> {
    audience_store::targeted(app.db.reader(), campaign).await
}

/// The same part of the audience of each of some campaigns, in the order in which members were first known.
pub async fn audience(
    app: &App,
    campaigns: &[CampaignId],
    list: &AudienceList,
    arguments: &PageArguments,
) -> Result<HashMap<CampaignId, Slice<MemberRow>>, Fault> {
    let key = audience_store::member_id();
    let tag = format!("campaign_member.{:?}:asc", list.held_out).into();
    let order = Order { tag, key: key.clone(), kind: KeyKind::Int, nullable: false, descending: false, id: key };
    let page = Page::new(arguments, &order)?;
    let selects = campaigns.iter().map(|campaign| (campaign.0, audience_store::select(*campaign, list))).collect();
    let found: HashMap<i64, Slice<audience_store::OneOf>> = page.read_each(app.db.reader(), selects, &order).await?;
    let ids = found.values().flat_map(|slice| slice.rows.iter().map(|(_, one)| one.member_id)).collect();
    let rows: HashMap<MemberId, MemberRow> =
        members::list::by_ids(app, ids).await?.into_iter().map(|row| (row.member.id, row)).collect();
    let shown = |slice: Slice<audience_store::OneOf>| Slice {
        rows: slice
            .rows
            .into_iter()
            .filter_map(|(cursor, one)| Some((cursor, rows.get(&one.member_id)?.clone())))
            .collect(),
        has_next: slice.has_next,
        has_previous: slice.has_previous,
    };
    Ok(found.into_iter().map(|(campaign, slice)| (CampaignId(campaign), shown(slice))).collect())
}
