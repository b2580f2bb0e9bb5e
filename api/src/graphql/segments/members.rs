//! The members of a segment.

use async_graphql::{Context, Enum, Error, Object};
use engine::calendar::Millis;
use entity::ids::SegmentId;

use super::input::SegmentMemberOrder;
use super::reach::unless_partner;
use crate::db::page::{Cursor, Slice};
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::members::{Member, MemberFilter, search};
use crate::graphql::plain::Quick;
use crate::graphql::scalars::DateTime;
use crate::segments::{self, Belonging, SegmentMemberList, SegmentMemberOrderField};

/// How a member came to belong.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::MembershipVia")]
pub(crate) enum MembershipVia {
    /// By the segment's rule.
    Rule,
    /// By hand, or by a file.
    Assigned,
    /// A partner pushed it.
    Partner,
}

/// The list that is asked for, as far as the caller may ask for it; who came last comes first where no order is given.
pub(super) async fn asked(
    ctx: &Context<'_>,
    text: Option<String>,
    filter: Option<MemberFilter>,
    order: Option<SegmentMemberOrder>,
) -> Result<SegmentMemberList, Error> {
    unless_partner(ctx, filter.is_some(), "A filter")?;
    unless_partner(ctx, text.is_some(), "A search")?;
    unless_partner(ctx, order.as_ref().is_some_and(|order| !order.is_by_joining()), "This order")?;
    let filter = match filter {
        Some(filter) => Some(filter.resolved(app(ctx)).await?),
        None => None,
    };
    let newest = segments::SegmentMemberOrder { field: SegmentMemberOrderField::JoinedAt, descending: true };
    Ok(SegmentMemberList { search: search(text)?, filter, order: order.map_or(newest, Into::into) })
}

/// The members of a segment in a list's order.
pub(crate) struct SegmentMemberConnection {
    edges: Vec<Quick<SegmentMemberEdge>>,
    page_info: PageInfo,
    segment: SegmentId,
    list: SegmentMemberList,
}

/// A member, since when and how it belongs.
#[derive(Clone)]
pub(crate) struct SegmentMemberEdge {
    pub(super) cursor: Cursor,
    pub(super) node: Member,
    pub(super) joined_at: Millis,
    pub(super) via: entity::kinds::MembershipVia,
}

/// A member, since when and how it belongs.
#[Object]
impl SegmentMemberEdge {
    async fn cursor(&self) -> String {
        self.cursor.text()
    }

    async fn node(&self) -> &Member {
        &self.node
    }

    async fn joined_at(&self) -> DateTime {
        DateTime(self.joined_at)
    }

    async fn via(&self) -> MembershipVia {
        self.via.into()
    }
}

impl SegmentMemberConnection {
    pub(super) fn new(slice: &Slice<Belonging>, segment: SegmentId, list: SegmentMemberList) -> Self {
        let edge = |(cursor, belonging): &(Cursor, Belonging)| {
            Quick(SegmentMemberEdge {
                cursor: cursor.clone(),
                node: Member::new(belonging.member.clone()),
                joined_at: belonging.joined_at,
                via: belonging.via,
            })
        };
        Self { edges: slice.rows.iter().map(edge).collect(), page_info: PageInfo::of(slice), segment, list }
    }
}

/// The members of a segment in a list's order.
#[Object]
impl SegmentMemberConnection {
    async fn edges(&self) -> &[Quick<SegmentMemberEdge>] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<Quick<Member>> {
        self.edges.iter().map(|Quick(edge)| Quick(edge.node.clone())).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Counts with the same search and filter.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(segments::count_members(app(ctx), self.segment, &self.list).await?))
    }
}
