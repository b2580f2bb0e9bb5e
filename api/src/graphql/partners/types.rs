//! A partner system and its tokens.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object};
use entity::{partner, partner_token};

use super::list::{PushReceiptConnection, PushesOf, TokensOf};
use crate::global_id::GlobalId;
use crate::graphql::app;
use crate::graphql::connection::forward;
use crate::graphql::loaders::{Part, load};
use crate::graphql::scalars::DateTime;
use crate::graphql::segments::SegmentConnection;
use crate::partners;
use crate::segments::{self, SegmentFilter, SegmentList, SegmentOrder, SegmentOrderField};

/// What a partner's token may be used for.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::Scope")]
pub(crate) enum Scope {
    /// See the segments that the partner registered, and the numbers of their members.
    SegmentsRead,
    /// Register segments, and say who belongs to them.
    SegmentsPush,
    /// Make and change members.
    MembersWrite,
    /// Record transactions, points and feedback.
    TransactionsWrite,
    /// Download the members of the segments that the partner registered.
    Export,
}

/// A system that pushes memberships of its own.
#[derive(Clone)]
pub(crate) struct Partner(partner::Model);

impl Partner {
    pub(crate) fn new(row: partner::Model) -> Self {
        Self(row)
    }
}

/// A system that pushes memberships of its own.
#[Object]
impl Partner {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Partner(self.0.id).text().into()
    }

    /// Stands before the keys of its segments.
    async fn key(&self) -> &str {
        &self.0.key
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether its tokens work.
    async fn active(&self) -> bool {
        self.0.active
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it last called, to the minute.
    async fn last_used_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Error> {
        let tokens = load(ctx, TokensOf(self.0.id)).await?.unwrap_or_default();
        Ok(tokens.iter().filter_map(|token| token.last_used_at).max().map(DateTime))
    }

    /// The segments that it registered, by name.
    async fn segments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<SegmentConnection, Error> {
        let order = SegmentOrder { field: SegmentOrderField::Name, descending: false };
        let list = SegmentList { search: None, filter: Some(SegmentFilter::Owned(self.0.id)), order };
        let slice = segments::page(app(ctx), &list, &forward(first, after)).await?;
        Ok(SegmentConnection::new(Arc::new(slice), list))
    }

    /// By which it calls, the oldest first; also those that were revoked.
    async fn tokens(&self, ctx: &Context<'_>) -> Result<Vec<PartnerToken>, Error> {
        let tokens = load(ctx, TokensOf(self.0.id)).await?.unwrap_or_default();
        Ok(tokens.into_iter().map(PartnerToken::new).collect())
    }

    /// What it pushed, the newest first.
    async fn pushes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<PushReceiptConnection, Error> {
        let part = Part::new(self.0.id, PushesOf(forward(first, after)));
        Ok(PushReceiptConnection::new(&load(ctx, part).await?.unwrap_or_default()))
    }
}

/// A token of a partner. The token itself was shown once, when it was made.
#[derive(Clone)]
pub(crate) struct PartnerToken(partner_token::Model);

impl PartnerToken {
    pub(crate) fn new(row: partner_token::Model) -> Self {
        Self(row)
    }
}

/// A token of a partner. The token itself was shown once, when it was made.
#[Object]
impl PartnerToken {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::PartnerToken(self.0.id).text().into()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn scopes(&self) -> Vec<Scope> {
        partners::scopes(&self.0.scopes).into_iter().map(Into::into).collect()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Null where it never ends.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// To the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}
