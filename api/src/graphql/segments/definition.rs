//! What defines a DYNAMIC segment: its rule, how the rule's evaluation went, and its pins.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Error, Object, SimpleObject};
use entity::ids::SegmentId;
use entity::segment_evaluation;

use super::types::Segment;
use crate::db::page::{Cursor, PageArguments, Slice};
use crate::error::Fault;
use crate::graphql::campaigns::{Campaign, CampaignsFor};
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::loaders::{Part, Reader, each_part, load};
use crate::graphql::members::Member;
use crate::graphql::node::Node;
use crate::graphql::scalars::DateTime;
use crate::membership::PinRow;
use crate::segments::{self, Definition, SegmentRow};

/// The state of the latest evaluation of a segment's rule.
#[derive(SimpleObject)]
pub(crate) struct SegmentEvaluation {
    /// The version whose rule decides now; behind `version` until the evaluation of an edit lands.
    applied_version: i32,
    /// When it was asked for.
    started_at: DateTime,
    /// Null while it waits or runs.
    finished_at: Option<DateTime>,
    duration_ms: Option<i32>,
    /// How many members came by it.
    joiners: Option<i32>,
    /// How many members left by it.
    leavers: Option<i32>,
    /// Why the latest try did not come to its end.
    error: Option<String>,
}

impl SegmentEvaluation {
    pub(super) fn new(row: &segment_evaluation::Model) -> Self {
        Self {
            applied_version: int(row.applied_version),
            started_at: DateTime(row.started_at),
            finished_at: row.finished_at.map(DateTime),
            duration_ms: row.duration_ms.map(int),
            joiners: row.joiners.map(int),
            leavers: row.leavers.map(int),
            error: row.error.clone(),
        }
    }
}

/// A member whom a person has put in or out, whatever the rule says.
#[derive(Clone)]
pub(crate) struct SegmentPin(PinRow);

/// A member whom a person has put in or out, whatever the rule says.
#[Object]
impl SegmentPin {
    /// Null once the person is erased.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Error> {
        Ok(load(ctx, self.0.member_id).await?.map(Member::new))
    }

    /// Pinned in, else out.
    async fn pinned_in(&self) -> bool {
        self.0.pinned_in
    }

    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Who did it: a user's e-mail, or a command.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}

/// Pins, newest first.
#[derive(SimpleObject)]
pub(crate) struct SegmentPinConnection {
    edges: Vec<SegmentPinEdge>,
    nodes: Vec<SegmentPin>,
    page_info: PageInfo,
}

/// A pin and where it stands.
#[derive(SimpleObject)]
pub(crate) struct SegmentPinEdge {
    cursor: String,
    node: SegmentPin,
}

impl SegmentPinConnection {
    pub(super) fn new(slice: &Slice<PinRow>) -> Self {
        let edge =
            |(cursor, row): &(Cursor, PinRow)| SegmentPinEdge { cursor: cursor.text(), node: SegmentPin(row.clone()) };
        let nodes = slice.rows.iter().map(|(_, row)| SegmentPin(row.clone())).collect();
        Self { edges: slice.rows.iter().map(edge).collect(), nodes, page_info: PageInfo::of(slice) }
    }
}

/// What depends on a segment: those whose rules name it, and campaigns for its members that have not ended.
pub(super) async fn dependents(ctx: &Context<'_>, segment: SegmentId) -> Result<Vec<Node>, Error> {
    let naming = load(ctx, DependentsOf(segment)).await?.unwrap_or_default();
    let naming = naming.into_iter().map(|row| Node::Segment(Segment::new(row)));
    let campaigns = load(ctx, CampaignsFor(segment)).await?.unwrap_or_default();
    Ok(naming.chain(campaigns.into_iter().map(|row| Node::Campaign(Campaign::new(row)))).collect())
}

/// The rule of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DefinitionOf(pub(crate) SegmentId);

/// Who depends on a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DependentsOf(pub(crate) SegmentId);

/// The arguments of `Segment.pins`.
#[derive(Clone, Debug)]
pub(crate) struct PinsOf(pub(crate) PageArguments);

impl Loader<DefinitionOf> for Reader {
    type Value = Arc<Definition>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[DefinitionOf]) -> Result<HashMap<DefinitionOf, Self::Value>, Self::Error> {
        let ids: Vec<SegmentId> = keys.iter().map(|key| key.0).collect();
        let found = segments::definitions(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, definition)| (DefinitionOf(id), Arc::new(definition))).collect())
    }
}

impl Loader<DependentsOf> for Reader {
    type Value = Vec<SegmentRow>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[DependentsOf]) -> Result<HashMap<DependentsOf, Self::Value>, Self::Error> {
        let ids: Vec<SegmentId> = keys.iter().map(|key| key.0).collect();
        let found = segments::dependents(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, rows)| (DependentsOf(id), rows)).collect())
    }
}

impl Loader<Part<SegmentId, PinsOf>> for Reader {
    type Value = Arc<Slice<PinRow>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, PinsOf>],
    ) -> Result<HashMap<Part<SegmentId, PinsOf>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, of: Arc<PinsOf>| segments::pins(&self.0, &segments, &of.0).await;
        each_part(keys, read).await
    }
}
