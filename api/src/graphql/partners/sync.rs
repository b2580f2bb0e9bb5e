//! A full list, sent in parts, that replaces a segment's membership in one instant.

use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use entity::ids::SegmentSyncId;
use entity::segment_sync;

use super::push::{PushProblem, shown};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::graphql::access::{PARTNER_PUSH, partner};
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::errors::{UserError, refused};
use crate::graphql::loaders::load;
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::graphql::scalars::{DateTime, Decimal};
use crate::graphql::segments::Segment;
use crate::partners::{self, Appended, Begin, Commit};

/// Which segment's list begins.
#[derive(InputObject)]
pub(crate) struct BeginSegmentSyncInput {
    segment: SegmentRef,
    /// Refuse the commit when more than this share of the members would leave.
    max_leave_percent: Option<Decimal>,
}

/// A part of a list.
#[derive(InputObject)]
pub(crate) struct AppendSegmentSyncInput {
    sync: ID,
    /// From 0 up; a part sent twice counts once.
    part: i32,
    /// At most 50,000.
    members: Vec<MemberRef>,
}

/// The list is whole.
#[derive(InputObject)]
pub(crate) struct CommitSegmentSyncInput {
    sync: ID,
    /// Refuse unless this many distinct members were received.
    expected_count: Option<i32>,
}

/// The list is not wanted any more.
#[derive(InputObject)]
pub(crate) struct AbortSegmentSyncInput {
    sync: ID,
}

/// A list after a change. Where a second one was begun, the one that is open.
#[derive(SimpleObject)]
pub(crate) struct SegmentSyncPayload {
    sync: Option<SegmentSync>,
    /// Members of the part who were left out.
    problems: Vec<PushProblem>,
    user_errors: Vec<UserError>,
}

/// A full list that is sent in parts. Unfinished after a day, it is aborted.
#[derive(Clone)]
pub(crate) struct SegmentSync(segment_sync::Model);

impl SegmentSync {
    pub(crate) fn new(row: segment_sync::Model) -> Self {
        Self(row)
    }
}

/// A full list that is sent in parts. Unfinished after a day, it is aborted.
#[Object]
impl SegmentSync {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::SegmentSync(self.0.id).text().into()
    }

    /// Null once it is removed.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Error> {
        Ok(load(ctx, self.0.segment_id).await?.map(Segment::new))
    }

    /// The instant for which the list speaks.
    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    /// Distinct members so far.
    async fn received(&self) -> i32 {
        int(self.0.received)
    }

    async fn committed_at(&self) -> Option<DateTime> {
        self.0.committed_at.map(DateTime)
    }

    async fn aborted_at(&self) -> Option<DateTime> {
        self.0.aborted_at.map(DateTime)
    }

    /// Null before the commit.
    async fn joined(&self) -> Option<i32> {
        self.0.joiners.map(int)
    }

    /// Null before the commit.
    async fn left(&self) -> Option<i32> {
        self.0.leavers.map(int)
    }

    /// Members that are not known yet; they join the moment they are. Null before the commit.
    async fn pending(&self) -> Option<i32> {
        self.0.pending.map(int)
    }
}

#[derive(Default)]
pub(crate) struct SyncMutation;

#[Object]
impl SyncMutation {
    /// A full list, sent in parts, that replaces the membership in one instant on commit. Readers never see a part of it.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn begin_segment_sync(
        &self,
        ctx: &Context<'_>,
        input: BeginSegmentSyncInput,
    ) -> Result<SegmentSyncPayload, Error> {
        let BeginSegmentSyncInput { segment, max_leave_percent } = input;
        let begin = Begin { segment: segment.into(), max_leave_percent: max_leave_percent.map(|percent| percent.0) };
        let (begun, mut user_errors) = refused(partners::begin(app(ctx), partner(ctx)?, &begin).await)?;
        let (sync, refusal) = begun.unwrap_or_default();
        user_errors.extend(refusal.map(UserError::from));
        Ok(SegmentSyncPayload { sync: sync.map(SegmentSync::new), problems: Vec::new(), user_errors })
    }

    /// Adds a part of the list, in any order.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn append_segment_sync(
        &self,
        ctx: &Context<'_>,
        input: AppendSegmentSyncInput,
    ) -> Result<SegmentSyncPayload, Error> {
        let AppendSegmentSyncInput { sync, part, members } = input;
        let members: Vec<_> = members.into_iter().map(Into::into).collect();
        let outcome = match read(&sync) {
            Ok(sync) => partners::append(app(ctx), partner(ctx)?, sync, part.into(), &members).await,
            Err(stop) => Err(stop),
        };
        let (done, user_errors) = refused(outcome)?;
        let (sync, problems) = match done {
            Some(Appended { sync, problems }) => (Some(SegmentSync(sync)), shown(&problems)),
            None => (None, Vec::new()),
        };
        Ok(SegmentSyncPayload { sync, problems, user_errors })
    }

    /// Lets the list be the membership. A guard that fails leaves everything as it was; a second commit answers as the first.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn commit_segment_sync(
        &self,
        ctx: &Context<'_>,
        input: CommitSegmentSyncInput,
    ) -> Result<SegmentSyncPayload, Error> {
        let expected_count = input.expected_count.map(i64::from);
        let outcome = match read(&input.sync) {
            Ok(sync) => partners::commit(app(ctx), partner(ctx)?, Commit { sync, expected_count }).await,
            Err(stop) => Err(stop),
        };
        answer(outcome)
    }

    /// Lets the list be, and changes nothing.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn abort_segment_sync(
        &self,
        ctx: &Context<'_>,
        input: AbortSegmentSyncInput,
    ) -> Result<SegmentSyncPayload, Error> {
        let outcome = match read(&input.sync) {
            Ok(sync) => partners::abort(app(ctx), partner(ctx)?, sync).await,
            Err(stop) => Err(stop),
        };
        answer(outcome)
    }
}

fn answer(outcome: Result<segment_sync::Model, Stop>) -> Result<SegmentSyncPayload, Error> {
    let (sync, user_errors) = refused(outcome)?;
    Ok(SegmentSyncPayload { sync: sync.map(SegmentSync), problems: Vec::new(), user_errors })
}

fn read(id: &ID) -> Result<SegmentSyncId, Stop> {
    match GlobalId::read(id) {
        Some(GlobalId::SegmentSync(id)) => Ok(id),
        _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such list", &["input", "sync"]).into()),
    }
}
