//! What was: comings and goings between two instants, the course of a segment, and what segments share.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use entity::ids::SegmentId;

use super::types::Segment;
use crate::graphql::connection::{forward, int};
use crate::graphql::history::{CountOf, StayedOf};
use crate::graphql::loaders::{Part, load};
use crate::graphql::members::MemberConnection;
use crate::graphql::program::money::Money;
use crate::graphql::scalars::Date;
use crate::segments::history::{Overlap, Point, Stayed};

/// Who came and went between two instants: joiners belonged at the second and not at the first, leavers at the first and
/// not at the second. Who came and went again in between is neither.
pub(crate) struct SegmentChanges {
    pub(super) segment: SegmentId,
    pub(super) joined: Stayed,
    pub(super) left: Stayed,
}

/// Who came and went between two instants: joiners belonged at the second and not at the first, leavers at the first and
/// not at the second. Who came and went again in between is neither.
#[Object]
impl SegmentChanges {
    async fn joiner_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        count(ctx, self.segment, self.joined).await
    }

    async fn leaver_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        count(ctx, self.segment, self.left).await
    }

    async fn joiners(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<MemberConnection, Error> {
        stayed(ctx, self.segment, self.joined, first, after).await
    }

    async fn leavers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<MemberConnection, Error> {
        stayed(ctx, self.segment, self.left, first, after).await
    }
}

async fn count(ctx: &Context<'_>, segment: SegmentId, which: Stayed) -> Result<i32, Error> {
    Ok(int(load(ctx, Part::new(segment, CountOf(which))).await?.map_or(0, |count| *count)))
}

/// A part of the members told by when they belonged, in the order in which they were first known.
pub(super) async fn stayed(
    ctx: &Context<'_>,
    segment: SegmentId,
    which: Stayed,
    first: Option<i32>,
    after: Option<String>,
) -> Result<MemberConnection, Error> {
    let part = Part::new(segment, StayedOf { which, page: forward(first, after) });
    Ok(MemberConnection::stayed(&load(ctx, part).await?.unwrap_or_default(), segment, which))
}

/// How long an interval is.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "engine::insights::Interval")]
pub(crate) enum Interval {
    /// A day in the programme's time zone.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// An interval of a segment's history. Days keep the zone in which they ended, also when the programme's zone changes later.
#[derive(SimpleObject)]
pub(crate) struct SegmentHistoryPoint {
    /// First day of the interval; the size is that at its end.
    date: Date,
    member_count: i32,
    /// How often somebody came.
    joiners: i32,
    /// How often somebody left.
    leavers: i32,
    average_transaction_value: Option<Money>,
    average_spending: Option<Money>,
    average_clv: Option<Money>,
}

impl SegmentHistoryPoint {
    pub(super) fn new(ctx: &Context<'_>, point: &Point) -> Self {
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(ctx, minor));
        Self {
            date: Date(point.date),
            member_count: int(point.members),
            joiners: int(point.joiners),
            leavers: int(point.leavers),
            average_transaction_value: money(point.average_transaction_value),
            average_spending: money(point.average_spending),
            average_clv: money(point.average_clv),
        }
    }
}

/// How many members a segment shares with another.
#[derive(SimpleObject)]
pub(crate) struct SegmentOverlap {
    segment: Segment,
    shared: i32,
    /// Shared members as a part of the union, 0 to 1.
    jaccard: f64,
}

impl SegmentOverlap {
    pub(super) fn new(overlap: &Overlap) -> Self {
        Self { segment: Segment::new(overlap.segment.clone()), shared: int(overlap.shared), jaccard: overlap.jaccard }
    }
}
