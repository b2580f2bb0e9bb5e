//! Loaders of what was, one statement a kind for a whole page.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::{MemberId, SegmentId};
use entity::membership_event;

use super::loaders::{Part, Reader, each_part};
use crate::db::page::{PageArguments, Slice};
use crate::error::Fault;
use crate::members::MemberRow;
use crate::segments::history::{self, Course, Overlap, Point, Stayed};

/// The arguments of `Segment.membersAt` and of the lists of `SegmentChanges`.
#[derive(Clone, Debug)]
pub(super) struct StayedOf {
    pub(super) which: Stayed,
    pub(super) page: PageArguments,
}

/// How many those are.
#[derive(Clone, Debug)]
pub(super) struct CountOf(pub(super) Stayed);

/// The arguments of `Segment.events`.
#[derive(Clone, Debug)]
pub(super) struct EventsOf {
    pub(super) member: Option<MemberId>,
    pub(super) page: PageArguments,
}

/// The arguments of `Segment.history`.
#[derive(Clone, Debug)]
pub(super) struct CourseOf(pub(super) Course);

/// The arguments of `Segment.overlaps`.
#[derive(Clone, Debug)]
pub(super) struct OverlapsWith(pub(super) Option<Vec<SegmentId>>);

impl Loader<Part<SegmentId, StayedOf>> for Reader {
    type Value = Arc<Slice<MemberRow>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, StayedOf>],
    ) -> Result<HashMap<Part<SegmentId, StayedOf>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, of: Arc<StayedOf>| {
            history::stayed(&self.0, &segments, of.which, &of.page).await
        };
        each_part(keys, read).await
    }
}

impl Loader<Part<SegmentId, CountOf>> for Reader {
    type Value = Arc<i64>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, CountOf>],
    ) -> Result<HashMap<Part<SegmentId, CountOf>, Self::Value>, Self::Error> {
        let read =
            async |segments: Vec<SegmentId>, of: Arc<CountOf>| history::count_stayed(&self.0, &segments, of.0).await;
        each_part(keys, read).await
    }
}

impl Loader<Part<SegmentId, EventsOf>> for Reader {
    type Value = Arc<Slice<membership_event::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, EventsOf>],
    ) -> Result<HashMap<Part<SegmentId, EventsOf>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, of: Arc<EventsOf>| {
            history::of_segments(&self.0, &segments, of.member, &of.page).await
        };
        each_part(keys, read).await
    }
}

impl Loader<Part<MemberId, EventsOf>> for Reader {
    type Value = Arc<Slice<membership_event::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<MemberId, EventsOf>],
    ) -> Result<HashMap<Part<MemberId, EventsOf>, Self::Value>, Self::Error> {
        let read =
            async |members: Vec<MemberId>, of: Arc<EventsOf>| history::of_members(&self.0, &members, &of.page).await;
        each_part(keys, read).await
    }
}

impl Loader<Part<SegmentId, CourseOf>> for Reader {
    type Value = Arc<Vec<Point>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, CourseOf>],
    ) -> Result<HashMap<Part<SegmentId, CourseOf>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, of: Arc<CourseOf>| history::course(&self.0, &segments, &of.0).await;
        each_part(keys, read).await
    }
}

impl Loader<Part<SegmentId, OverlapsWith>> for Reader {
    type Value = Arc<Vec<Overlap>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, OverlapsWith>],
    ) -> Result<HashMap<Part<SegmentId, OverlapsWith>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, with: Arc<OverlapsWith>| {
            history::overlaps(&self.0, &segments, with.0.as_deref()).await
        };
        each_part(keys, read).await
    }
}
