//! Lists of partners and of what they pushed.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Error, Object, SimpleObject};
use entity::ids::PartnerId;
use entity::{partner, partner_token, push};

use super::push::PushReceipt;
use super::types::Partner;
use crate::db::page::{Cursor, PageArguments, Slice};
use crate::error::Fault;
use crate::graphql::access::ADMIN;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, forward, int};
use crate::graphql::loaders::{Part, Reader, each_part};
use crate::partners;

/// Partners, by key.
pub(crate) struct PartnerConnection(Slice<partner::Model>);

/// A partner and where it stands.
#[derive(SimpleObject)]
pub(crate) struct PartnerEdge {
    cursor: String,
    node: Partner,
}

/// Partners, by key.
#[Object]
impl PartnerConnection {
    async fn edges(&self) -> Vec<PartnerEdge> {
        let edge = |(cursor, row): &(Cursor, partner::Model)| PartnerEdge {
            cursor: cursor.text(),
            node: Partner::new(row.clone()),
        };
        self.0.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<Partner> {
        self.0.rows.iter().map(|(_, row)| Partner::new(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0)
    }

    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(partners::count(app(ctx)).await?))
    }
}

/// What was pushed, the newest first.
#[derive(SimpleObject)]
pub(crate) struct PushReceiptConnection {
    edges: Vec<PushReceiptEdge>,
    nodes: Vec<PushReceipt>,
    page_info: PageInfo,
}

/// A push and where it stands.
#[derive(SimpleObject)]
pub(crate) struct PushReceiptEdge {
    cursor: String,
    node: PushReceipt,
}

impl PushReceiptConnection {
    pub(super) fn new(slice: &Slice<push::Model>) -> Self {
        let node = |row: &push::Model| PushReceipt::new(row.clone());
        Self {
            edges: slice
                .rows
                .iter()
                .map(|(cursor, row)| PushReceiptEdge { cursor: cursor.text(), node: node(row) })
                .collect(),
            nodes: slice.rows.iter().map(|(_, row)| node(row)).collect(),
            page_info: PageInfo::of(slice),
        }
    }
}

#[derive(Default)]
pub(crate) struct PartnerQuery;

#[Object]
impl PartnerQuery {
    /// Partner systems, by key.
    #[graphql(guard = "ADMIN")]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<PartnerConnection, Error> {
        Ok(PartnerConnection(partners::page(app(ctx), &forward(first, after)).await?))
    }
}

/// The tokens of a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TokensOf(pub(super) PartnerId);

/// The arguments of `Partner.pushes`.
#[derive(Clone, Debug)]
pub(super) struct PushesOf(pub(super) PageArguments);

impl Loader<TokensOf> for Reader {
    type Value = Vec<partner_token::Model>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[TokensOf]) -> Result<HashMap<TokensOf, Self::Value>, Self::Error> {
        let ids: Vec<PartnerId> = keys.iter().map(|key| key.0).collect();
        let tokens = partners::tokens_of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(tokens.into_iter().map(|(partner, tokens)| (TokensOf(partner), tokens)).collect())
    }
}

impl Loader<PartnerId> for Reader {
    type Value = partner::Model;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[PartnerId]) -> Result<HashMap<PartnerId, Self::Value>, Self::Error> {
        partners::by_ids(&self.0, keys.to_vec()).await.map_err(Arc::new)
    }
}

impl Loader<Part<PartnerId, PushesOf>> for Reader {
    type Value = Arc<Slice<push::Model>>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<PartnerId, PushesOf>],
    ) -> Result<HashMap<Part<PartnerId, PushesOf>, Self::Value>, Self::Error> {
        let read = async |partners: Vec<PartnerId>, which: Arc<PushesOf>| {
            partners::page_of_pushes(&self.0, &partners, &which.0).await
        };
        each_part(keys, read).await
    }
}
