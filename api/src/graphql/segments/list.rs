//! Lists of segments.

use std::sync::Arc;

use async_graphql::{Context, Error, ErrorExtensions, Object, SimpleObject};

use super::input::{SegmentFilter, SegmentOrder, SegmentOrderField};
use super::types::Segment;
use crate::db::page::{Cursor, PageArguments, Slice};
use crate::graphql::access::{ANYONE, ANYONE_OR_READER, partner_of};
use crate::graphql::app;
use crate::graphql::connection::{OrderDirection, PageInfo, int};
use crate::graphql::members::search;
use crate::graphql::plain::Quick;
use crate::graphql::refs::SegmentRef;
use crate::segments::{self, SegmentList, SegmentRow};

/// Segments in a list's order.
pub(crate) struct SegmentConnection {
    rows: Vec<(Cursor, Segment)>,
    page_info: PageInfo,
    list: SegmentList,
}

/// A segment and where it stands.
#[derive(SimpleObject)]
pub(crate) struct SegmentEdge {
    cursor: String,
    node: Segment,
}

impl SegmentConnection {
    pub(crate) fn new(slice: Arc<Slice<SegmentRow>>, list: SegmentList) -> Self {
        let page_info = PageInfo::of(&slice);
        let slice = Arc::unwrap_or_clone(slice);
        let rows = slice.rows.into_iter().map(|(cursor, row)| (cursor, Segment::new(Arc::new(row)))).collect();
        Self { rows, page_info, list }
    }
}

/// Segments in a list's order.
#[Object]
impl SegmentConnection {
    async fn edges(&self) -> Vec<SegmentEdge> {
        self.rows.iter().map(|(cursor, node)| SegmentEdge { cursor: cursor.text(), node: node.clone() }).collect()
    }

    async fn nodes(&self) -> Vec<Quick<Segment>> {
        self.rows.iter().map(|(_, node)| Quick(node.clone())).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Counts with the same filter.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(segments::count(app(ctx), &self.list).await?))
    }
}

/// A tag and how many segments have it.
#[derive(SimpleObject)]
pub(crate) struct TagCount {
    tag: String,
    segments: i32,
}

#[derive(Default)]
pub(crate) struct SegmentQuery;

#[Object]
impl SegmentQuery {
    /// Segments; the newest first where no order is given. 50 at a time where nothing is asked for, at most 250.
    #[graphql(guard = "ANYONE_OR_READER")]
    #[allow(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn segments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(name = "search", desc = "Matches while typing: every word begins a word of the name.")]
        search_text: Option<String>,
        filter: Option<SegmentFilter>,
        #[graphql(default_with = "Some(newest())")] order_by: Option<SegmentOrder>,
    ) -> Result<SegmentConnection, Error> {
        let app = app(ctx);
        let partner = partner_of(ctx);
        let asks_for_more = filter.as_ref().is_some_and(SegmentFilter::asks_for_more)
            || order_by.as_ref().is_some_and(SegmentOrder::asks_for_more);
        if partner.is_some() && asks_for_more {
            let message = "Partner systems filter and sort by what they see of their segments.";
            return Err(Error::new(message).extend_with(|_, more| more.set("code", "FORBIDDEN")));
        }
        let filter = match filter {
            Some(filter) => Some(filter.resolved(app).await?),
            None => None,
        };
        let owned = partner.map(|partner| segments::SegmentFilter::Owned(partner.partner));
        let filter = match (filter, owned) {
            (Some(filter), Some(owned)) => Some(segments::SegmentFilter::All(vec![owned, filter])),
            (filter, owned) => filter.or(owned),
        };
        let order = order_by.unwrap_or_else(newest).into();
        let list = SegmentList { search: search(search_text)?, filter, order };
        let slice = segments::page(app, &list, &PageArguments { first, after, last, before }).await?;
        Ok(SegmentConnection::new(Arc::new(slice), list))
    }

    /// The segment that a reference names; null where there is none.
    #[graphql(guard = "ANYONE_OR_READER")]
    async fn segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref")] reference: SegmentRef,
    ) -> Result<Option<Segment>, Error> {
        let reference: segments::SegmentRef = reference.into();
        let row = match partner_of(ctx) {
            None => segments::by_ref(app(ctx), &reference).await?,
            Some(partner) => {
                let own = segments::by_ref(app(ctx), &partner.owner().own(&reference)).await?;
                own.filter(|row| row.segment.partner_id == Some(partner.partner))
            }
        };
        Ok(row.map(|row| Segment::new(Arc::new(row))))
    }

    /// Tags in use, for a filter.
    #[graphql(guard = "ANYONE")]
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<TagCount>, Error> {
        let tags = segments::tags(app(ctx)).await?;
        Ok(tags.into_iter().map(|one| TagCount { tag: one.tag, segments: int(one.segments) }).collect())
    }
}

fn newest() -> SegmentOrder {
    SegmentOrder { field: SegmentOrderField::CreatedOn, direction: OrderDirection::Desc }
}
