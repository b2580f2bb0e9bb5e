//! The SQL of documents' lines.

use std::collections::HashMap;

use entity::ids::TransactionId;
use entity::transaction_item;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use super::input::Item;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, sql};
use crate::error::Fault;

/// A line to be recorded.
#[derive(Serialize)]
pub(super) struct ItemRow<'a> {
    transaction_id: i64,
    position: usize,
    sku: &'a str,
    name: Option<&'a str>,
    brand: Option<&'a str>,
    category: Option<&'a str>,
    quantity: String,
    amount: i64,
}

impl<'a> ItemRow<'a> {
    pub(super) fn new(transaction: TransactionId, position: usize, item: &'a Item) -> Self {
        Self {
            transaction_id: transaction.0,
            position,
            sku: &item.sku,
            name: item.name.as_deref(),
            brand: item.brand.as_deref(),
            category: item.category.as_deref(),
            quantity: item.quantity.to_string(),
            amount: item.amount,
        }
    }
}

const ITEM: &[(&str, Column)] = &[
    ("transaction_id", Int),
    ("position", Int),
    ("sku", Text),
    ("name", Text),
    ("brand", Text),
    ("category", Text),
    ("quantity", Text),
    ("amount", Int),
];

/// How many lines go in one statement.
const LINES: usize = 20_000;

/// Records lines.
pub(super) async fn insert_items(txn: &Txn, rows: &[ItemRow<'_>]) -> Result<(), Fault> {
    let columns = ITEM.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    for rows in rows.chunks(LINES) {
        let batch = Batch::new(ITEM, rows);
        let text = format!("INSERT INTO transaction_item ({columns}) SELECT {columns} FROM {}", batch.table(txn, 1));
        txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    }
    Ok(())
}

/// The lines of documents, in their order.
pub(super) async fn items_of(
    db: &impl ConnectionTrait,
    ids: &[TransactionId],
) -> Result<HashMap<TransactionId, Vec<transaction_item::Model>>, Fault> {
    let mut items: HashMap<TransactionId, Vec<transaction_item::Model>> = HashMap::new();
    for ids in ids.chunks(10_000) {
        let rows = transaction_item::Entity::find()
            .filter(transaction_item::Column::TransactionId.is_in(ids.iter().copied()))
            .order_by_asc(transaction_item::Column::TransactionId)
            .order_by_asc(transaction_item::Column::Position);
        for row in rows.all(db).await? {
            items.entry(row.transaction_id).or_default().push(row);
        }
    }
    Ok(items)
}
