//! The log of comings and goings.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object, SimpleObject};
use entity::membership_event;

use super::reach::own_key;
use super::types::Segment;
use crate::db::page::Slice;
use crate::global_id::GlobalId;
use crate::graphql::connection::PageInfo;
use crate::graphql::loaders::load;
use crate::graphql::members::Member;
use crate::graphql::scalars::DateTime;
use crate::segments::history;

/// A coming or a going.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::MembershipEventKind")]
pub(crate) enum MembershipEventKind {
    Joined,
    Left,
}

/// Why a member came or went.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::MembershipReason")]
pub(crate) enum MembershipReason {
    /// What is known of the member changed.
    DataChanged,
    /// A day came or went: a purchase left a window, a birthday entered one.
    TimePassed,
    /// The segment has another rule.
    RuleChanged,
    /// Another segment that the rule names changed.
    SegmentChanged,
    /// By hand.
    Assigned,
    /// By hand.
    Unassigned,
    /// The rule decides again, where a person did before.
    Unpinned,
    /// By a file.
    Imported,
    /// Its partner said so.
    PartnerPush,
    /// A full list of its partner's said so.
    PartnerSync,
    /// It was not pushed again in time.
    Expired,
    /// The segment was switched on again.
    Activated,
    /// The segment is gone, and with it everybody's membership.
    SegmentRemoved,
    /// The person was erased.
    MemberErased,
}

/// A coming or a going, as it was recorded. The log is only ever added to, and `at` rises from row to row.
#[derive(Clone)]
pub(crate) struct MembershipEvent(Arc<membership_event::Model>);

impl MembershipEvent {
    pub(crate) fn new(row: membership_event::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A coming or a going, as it was recorded. The log is only ever added to, and `at` rises from row to row.
#[Object]
impl MembershipEvent {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::MembershipEvent(self.0.id).text().into()
    }

    /// Null once the segment is removed.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Error> {
        Ok(load(ctx, self.0.segment_id).await?.map(Segment::new))
    }

    /// The segment's key at that moment.
    async fn segment_key(&self, ctx: &Context<'_>) -> &str {
        own_key(ctx, &self.0.segment_key)
    }

    /// The segment's name at that moment.
    async fn segment_name(&self) -> &str {
        &self.0.segment_name
    }

    /// Null once the person is erased.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Error> {
        let member = load(ctx, self.0.member_id).await?;
        Ok(member.filter(|row| row.member.erased_at.is_none()).map(Member::new))
    }

    async fn kind(&self) -> MembershipEventKind {
        self.0.kind.into()
    }

    async fn reason(&self) -> MembershipReason {
        self.0.reason.into()
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// Who did it: a user's e-mail, or a command.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }
}

/// Comings and goings, newest first.
#[derive(SimpleObject)]
pub(crate) struct MembershipEventConnection {
    edges: Vec<MembershipEventEdge>,
    nodes: Vec<MembershipEvent>,
    page_info: PageInfo,
}

/// A coming or a going and where it stands.
#[derive(SimpleObject)]
pub(crate) struct MembershipEventEdge {
    cursor: String,
    node: MembershipEvent,
}

impl MembershipEventEdge {
    pub(crate) fn new(row: membership_event::Model) -> Self {
        Self { cursor: history::cursor(&row).text(), node: MembershipEvent::new(row) }
    }
}

impl MembershipEventConnection {
    pub(crate) fn new(slice: &Slice<membership_event::Model>) -> Self {
        let nodes: Vec<MembershipEvent> = slice.rows.iter().map(|(_, row)| MembershipEvent::new(row.clone())).collect();
        let cursors = slice.rows.iter().map(|(cursor, _)| cursor.text());
        let edges =
            cursors.zip(nodes.iter().cloned()).map(|(cursor, node)| MembershipEventEdge { cursor, node }).collect();
        Self { edges, nodes, page_info: PageInfo::of(slice) }
    }
}
