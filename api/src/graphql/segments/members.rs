//! The members of a segment.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use entity::ids::SegmentId;

use crate::db::page::Slice;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::members::Member;
use crate::graphql::scalars::DateTime;
use crate::segments::{self, Belonging, SegmentMemberList};

/// How a member came to belong.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::MembershipVia")]
pub(crate) enum MembershipVia {
    /// By hand, or by a file.
    Assigned,
}

/// The members of a segment in a list's order.
pub(crate) struct SegmentMemberConnection {
    edges: Vec<SegmentMemberEdge>,
    page_info: PageInfo,
    segment: SegmentId,
    list: SegmentMemberList,
}

/// A member, since when and how it belongs.
#[derive(SimpleObject, Clone)]
pub(crate) struct SegmentMemberEdge {
    cursor: String,
    node: Member,
    joined_at: DateTime,
    via: MembershipVia,
}

impl SegmentMemberConnection {
    pub(super) fn new(slice: &Slice<Belonging>, segment: SegmentId, list: SegmentMemberList) -> Self {
        let edge = |(cursor, belonging): &(String, Belonging)| SegmentMemberEdge {
            cursor: cursor.clone(),
            node: Member::new(Arc::new(belonging.member.clone())),
            joined_at: DateTime(belonging.joined_at),
            via: belonging.via.into(),
        };
        Self { edges: slice.rows.iter().map(edge).collect(), page_info: PageInfo::of(slice), segment, list }
    }
}

/// The members of a segment in a list's order.
#[Object]
impl SegmentMemberConnection {
    async fn edges(&self) -> &[SegmentMemberEdge] {
        &self.edges
    }

    async fn nodes(&self) -> Vec<Member> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Counts with the same search and filter.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(segments::count_members(app(ctx), self.segment, &self.list).await?))
    }
}
