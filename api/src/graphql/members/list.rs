//! Lists of members.

use std::sync::Arc;

use async_graphql::{Context, Error, Object, SimpleObject};

use entity::ids::SegmentId;

use super::input::{MemberFilter, MemberOrder, search};
use super::types::Member;
use crate::db::page::{Cursor, PageArguments, Slice};
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::history::CountOf;
use crate::graphql::loaders::{Part, load};
use crate::graphql::plain::Quick;
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::members::list::{self, MemberList};
use crate::members::{self, MemberOrderField};
use crate::segments;
use crate::segments::history::Stayed;

/// Members in a list's order.
pub(crate) struct MemberConnection {
    rows: Vec<(Cursor, Member)>,
    page_info: PageInfo,
    counted: Counted,
}

/// What the total counts.
enum Counted {
    List(MemberList),
    Stayed(SegmentId, Stayed),
    /// Counted already.
    Known(i64),
}

/// A member and where it stands.
#[derive(SimpleObject)]
pub(crate) struct MemberEdge {
    cursor: String,
    node: Member,
}

impl MemberConnection {
    fn new(slice: &Slice<members::MemberRow>, list: MemberList) -> Self {
        Self::counting(slice, Counted::List(list))
    }

    /// Members told by when they belonged to a segment.
    pub(crate) fn stayed(slice: &Slice<members::MemberRow>, segment: SegmentId, which: Stayed) -> Self {
        Self::counting(slice, Counted::Stayed(segment, which))
    }

    /// So many in all.
    pub(crate) fn counted(slice: &Slice<members::MemberRow>, total: i64) -> Self {
        Self::counting(slice, Counted::Known(total))
    }

    fn counting(slice: &Slice<members::MemberRow>, counted: Counted) -> Self {
        let row = |(cursor, row): &(Cursor, members::MemberRow)| (cursor.clone(), Member::new(Arc::new(row.clone())));
        Self { rows: slice.rows.iter().map(row).collect(), page_info: PageInfo::of(slice), counted }
    }
}

/// Members in a list's order.
#[Object]
impl MemberConnection {
    async fn edges(&self) -> Vec<MemberEdge> {
        self.rows.iter().map(|(cursor, node)| MemberEdge { cursor: cursor.text(), node: node.clone() }).collect()
    }

    async fn nodes(&self) -> Vec<Quick<Member>> {
        self.rows.iter().map(|(_, node)| Quick(node.clone())).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Counts with the same search and filter.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(match &self.counted {
            Counted::List(list) => list::count(app(ctx), list).await?,
            Counted::Known(total) => *total,
            Counted::Stayed(segment, which) => {
                load(ctx, Part::new(*segment, CountOf(*which))).await?.map_or(0, |count| *count)
            }
        }))
    }
}

#[derive(Default)]
pub(crate) struct MemberQuery;

#[Object]
impl MemberQuery {
    /// Members; by number where no order is given. 50 at a time where nothing is asked for, at most 250.
    #[graphql(guard = "ANYONE")]
    #[allow(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(name = "search", desc = "Matches while typing: every word begins a word of number, name or e-mail.")]
        search_text: Option<String>,
        filter: Option<MemberFilter>,
        order_by: Option<MemberOrder>,
    ) -> Result<MemberConnection, Error> {
        let app = app(ctx);
        let filter = match filter {
            Some(filter) => Some(filter.resolved(app).await?),
            None => None,
        };
        let by_number = members::MemberOrder { field: MemberOrderField::Number, descending: false };
        let list = MemberList { search: search(search_text)?, filter, order: order_by.map_or(by_number, Into::into) };
        let slice = list::page(app, &list, &PageArguments { first, after, last, before }).await?;
        Ok(MemberConnection::new(&slice, list))
    }

    /// The member that a reference names; null where it names nobody, or by an e-mail that several have.
    #[graphql(guard = "ANYONE")]
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref")] reference: MemberRef,
    ) -> Result<Option<Member>, Error> {
        let row = list::by_ref(app(ctx), &reference.into()).await?;
        Ok(row.map(|row| Member::new(Arc::new(row))))
    }

    /// Which of these segments the member is in, in one call; null where the member or the segment is not known.
    #[graphql(guard = "ANYONE")]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        member: MemberRef,
        segments: Vec<SegmentRef>,
    ) -> Result<Vec<Option<bool>>, Error> {
        let references: Vec<segments::SegmentRef> = segments.into_iter().map(Into::into).collect();
        Ok(segments::memberships(app(ctx), &member.into(), &references).await?)
    }
}
