//! An entry of the points ledger.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SimpleObject};
use entity::points_entry;

use crate::db::page::Slice;
use crate::global_id::GlobalId;
use crate::graphql::connection::{PageInfo, int};
use crate::graphql::scalars::DateTime;

/// What an entry moves: earned − redeemed − expired + adjusted is the balance.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::PointsKind")]
pub(crate) enum PointsKind {
    Earned,
    Redeemed,
    Expired,
    Adjusted,
}

/// An entry of the points ledger. Only ADJUSTED may be negative.
#[derive(Clone)]
pub(crate) struct PointsEntry(Arc<points_entry::Model>);

impl PointsEntry {
    pub(crate) fn new(row: points_entry::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// An entry of the points ledger. Only ADJUSTED may be negative.
#[Object]
impl PointsEntry {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::PointsEntry(self.0.id).text().into()
    }

    async fn kind(&self) -> PointsKind {
        self.0.kind.into()
    }

    async fn points(&self) -> i32 {
        int(self.0.points)
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// PURCHASE, REFERRAL, SOCIAL, PROMOTION, REWARD …
    async fn origin(&self) -> Option<&str> {
        self.0.origin.as_deref()
    }

    async fn document(&self) -> Option<&str> {
        Some(&self.0.document)
    }
}

/// Points entries, newest first.
#[derive(SimpleObject)]
pub(crate) struct PointsEntryConnection {
    edges: Vec<PointsEntryEdge>,
    nodes: Vec<PointsEntry>,
    page_info: PageInfo,
}

/// An entry and where it stands.
#[derive(SimpleObject)]
pub(crate) struct PointsEntryEdge {
    cursor: String,
    node: PointsEntry,
}

impl PointsEntryConnection {
    pub(crate) fn new(slice: &Slice<points_entry::Model>) -> Self {
        let nodes: Vec<PointsEntry> = slice.rows.iter().map(|(_, row)| PointsEntry::new(row.clone())).collect();
        let cursors = slice.rows.iter().map(|(cursor, _)| cursor.text());
        let edges = cursors.zip(nodes.iter().cloned()).map(|(cursor, node)| PointsEntryEdge { cursor, node }).collect();
        Self { edges, nodes, page_info: PageInfo::of(slice) }
    }
}
