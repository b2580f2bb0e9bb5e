//! Segments are watched.

use async_graphql::{Context, Error, Subscription};
use entity::ids::SegmentId;
use futures::{Stream, StreamExt};

use super::events::MembershipEventEdge;
use super::types::Segment;
use crate::app::App;
use crate::error::{Fault, FaultKind};
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::refs::SegmentRef;
use crate::segments::{self, history};
use crate::watch;

#[derive(Default)]
pub(crate) struct SegmentSubscription;

#[Subscription]
impl SegmentSubscription {
    /// Every coming and going, from `after` (a cursor of Segment.events) on, so that nothing is missed after a break.
    #[graphql(guard = "ANYONE")]
    async fn membership_events(
        &self,
        ctx: &Context<'_>,
        segment: Option<SegmentRef>,
        after: Option<String>,
    ) -> Result<impl Stream<Item = MembershipEventEdge> + use<>, Error> {
        let segment = named(app(ctx), segment).await?;
        let after = after.as_deref().map(history::id_at).transpose()?;
        let events = watch::events(app(ctx), segment, after).await?;
        Ok(events.map(MembershipEventEdge::new))
    }

    /// The segment, or any where none is named, whenever its definition or its figures changed; what changes several
    /// times in a moment comes once. Ends when the segment is removed.
    #[graphql(guard = "ANYONE")]
    async fn segment_updated(
        &self,
        ctx: &Context<'_>,
        segment: Option<SegmentRef>,
    ) -> Result<impl Stream<Item = Result<Segment, Error>> + use<>, Error> {
        let app = app(ctx).clone();
        let updated = watch::updated(&app, named(&app, segment).await?).await?;
        Ok(updated.filter_map(move |id| {
            let app = app.clone();
            async move {
                match segments::by_ids(&app, vec![id]).await {
                    // None where it was removed a moment ago.
                    Ok(rows) => rows.into_iter().next().map(|row| Ok(Segment::new(row))),
                    Err(fault) => Some(Err(fault.into())),
                }
            }
        }))
    }
}

/// The segment that is named; a reference to none of ours cannot be watched.
async fn named(app: &App, reference: Option<SegmentRef>) -> Result<Option<SegmentId>, Fault> {
    let Some(reference) = reference else { return Ok(None) };
    let found = segments::SegmentRef::from(reference).find(app.db.reader()).await?;
    found.map(Some).ok_or_else(|| Fault::of(FaultKind::BadInput, "segment: there is no such segment"))
}
