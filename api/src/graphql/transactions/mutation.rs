//! Documents come in.

use async_graphql::{Context, Error, InputObject, Object};

use super::types::TransactionKind;
use crate::graphql::access::{ADMIN_OR_TRANSACTIONS, by};
use crate::graphql::app;
use crate::graphql::ingest::{IngestPayload, bounded};
use crate::graphql::members::LabelInput;
use crate::graphql::refs::MemberRef;
use crate::graphql::scalars::{DateTime, Decimal};
use crate::transactions;

/// A line of a document.
#[derive(InputObject)]
pub(crate) struct TransactionItemInput {
    sku: String,
    name: Option<String>,
    brand: Option<String>,
    category: Option<String>,
    #[graphql(default_with = "Decimal(rust_decimal::Decimal::ONE)")]
    quantity: Decimal,
    amount: Decimal,
}

/// A sale or a return. Amounts are not negative; the kind gives the sign.
#[derive(InputObject)]
pub(crate) struct TransactionInput {
    #[graphql(default_with = "transactions::DEFAULT_SOURCE.to_owned()")]
    source: String,
    document: String,
    #[graphql(default_with = "TransactionKind::Sale")]
    kind: TransactionKind,
    /// Absent: an anonymous sale, or a return that takes its sale's member.
    member: Option<MemberRef>,
    /// What was paid; it need not equal the sum of the items, for example because of delivery or a discount.
    amount: Decimal,
    /// At most one day ahead.
    at: DateTime,
    channel: Option<String>,
    location: Option<String>,
    items: Option<Vec<TransactionItemInput>>,
    labels: Option<Vec<LabelInput>>,
    /// RETURN only: the sale, of the same source, that it takes back. The sale may come later.
    returns_document: Option<String>,
}

impl From<TransactionItemInput> for transactions::ItemInput {
    fn from(item: TransactionItemInput) -> Self {
        let TransactionItemInput { sku, name, brand, category, quantity, amount } = item;
        Self { sku, name, brand, category, quantity: quantity.0, amount: amount.0 }
    }
}

impl From<TransactionInput> for transactions::TransactionInput {
    fn from(input: TransactionInput) -> Self {
        Self {
            source: input.source,
            document: input.document,
            kind: input.kind.into(),
            member: input.member.map(Into::into),
            amount: Some(input.amount.0),
            at: input.at.0,
            channel: input.channel,
            location: input.location,
            items: input.items.unwrap_or_default().into_iter().map(Into::into).collect(),
            labels: input.labels.unwrap_or_default().into_iter().map(Into::into).collect(),
            returns_document: input.returns_document,
        }
    }
}

/// Documents to record: at most 10,000; the file import takes any number.
#[derive(InputObject)]
pub(crate) struct RecordTransactionsInput {
    transactions: Vec<TransactionInput>,
}

#[derive(Default)]
pub(crate) struct TransactionMutation;

#[Object]
impl TransactionMutation {
    /// A document already recorded is left as it is and counted as a duplicate.
    #[graphql(guard = "ADMIN_OR_TRANSACTIONS")]
    async fn record_transactions(
        &self,
        ctx: &Context<'_>,
        input: RecordTransactionsInput,
    ) -> Result<IngestPayload, Error> {
        const LIST: &str = "transactions";
        if let Err(stop) = bounded(input.transactions.len(), LIST) {
            return IngestPayload::new(Err(stop), LIST);
        }
        let rows = input.transactions.into_iter().map(Into::into).collect();
        IngestPayload::told(ctx, transactions::record(app(ctx), by(ctx)?, rows).await, LIST)
    }
}
