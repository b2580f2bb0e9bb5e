//! A sale or a return.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, ID, Object, SimpleObject};
use entity::{transaction, transaction_item};

use crate::db::page::Slice;
use crate::error::Fault;
use crate::global_id::GlobalId;
use crate::graphql::connection::PageInfo;
use crate::graphql::loaders::load;
use crate::graphql::members::{Label, Member};
use crate::graphql::program::money::Money;
use crate::graphql::scalars::{DateTime, Decimal};
use crate::members::LabelInput;

/// Goods against money, or goods back.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::TransactionKind")]
pub(crate) enum TransactionKind {
    Sale,
    Return,
}

/// A document of the shop, recorded once. Amounts are never negative; the kind gives the sign.
#[derive(Clone)]
pub(crate) struct Transaction(Arc<transaction::Model>);

impl Transaction {
    pub(crate) fn new(row: transaction::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A document of the shop, recorded once. Amounts are never negative; the kind gives the sign.
#[Object]
impl Transaction {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Transaction(self.0.id).text().into()
    }

    /// The document number in the shop's own systems; unique with `source`.
    async fn document(&self) -> &str {
        &self.0.document
    }

    async fn source(&self) -> &str {
        &self.0.source
    }

    async fn kind(&self) -> TransactionKind {
        self.0.kind.into()
    }

    async fn amount(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.amount)
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    async fn channel(&self) -> Option<&str> {
        self.0.channel.as_deref()
    }

    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<TransactionItem>, Error> {
        let items = load(ctx, self.0.id).await?.unwrap_or_default();
        Ok(items.into_iter().map(TransactionItem).collect())
    }

    async fn labels(&self) -> Result<Vec<Label>, Error> {
        let labels: Vec<LabelInput> = serde_json::from_str(&self.0.labels).map_err(Fault::from)?;
        Ok(labels.into_iter().map(Label::from).collect())
    }

    /// Null for an anonymous sale, and for a return whose sale is anonymous or not known yet.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, Error> {
        match self.0.member_id {
            None => Ok(None),
            Some(member) => Ok(load(ctx, member).await?.map(Member::new)),
        }
    }

    /// RETURN only.
    async fn returns_document(&self) -> Option<&str> {
        self.0.returns_document.as_deref()
    }
}

/// A line of a document.
pub(crate) struct TransactionItem(transaction_item::Model);

/// A line of a document.
#[Object]
impl TransactionItem {
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    async fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }

    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }

    async fn quantity(&self) -> Result<Decimal, Error> {
        Ok(Decimal(self.0.quantity.parse().map_err(|_| Fault::new("a line's quantity is not a number"))?))
    }

    async fn amount(&self, ctx: &Context<'_>) -> Money {
        Money::new(ctx, self.0.amount)
    }
}

/// Documents, newest first.
#[derive(SimpleObject)]
pub(crate) struct TransactionConnection {
    edges: Vec<TransactionEdge>,
    nodes: Vec<Transaction>,
    page_info: PageInfo,
}

/// A document and where it stands.
#[derive(SimpleObject)]
pub(crate) struct TransactionEdge {
    cursor: String,
    node: Transaction,
}

impl TransactionConnection {
    pub(crate) fn new(slice: &Slice<transaction::Model>) -> Self {
        let nodes: Vec<Transaction> = slice.rows.iter().map(|(_, row)| Transaction::new(row.clone())).collect();
        let cursors = slice.rows.iter().map(|(cursor, _)| cursor.text());
        let edges = cursors.zip(nodes.iter().cloned()).map(|(cursor, node)| TransactionEdge { cursor, node }).collect();
        Self { edges, nodes, page_info: PageInfo::of(slice) }
    }
}
