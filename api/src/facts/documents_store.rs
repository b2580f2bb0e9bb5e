//! The SQL of documents and their lines, which are most of what facts are read from.

use entity::kinds::TransactionKind;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};
use serde::Deserialize;

use super::Whose;
use super::rows_store::{DOCUMENT, Document, Item, rows};
use crate::error::Fault;

/// A row of what is read: a document with one of its lines, if it has any.
#[derive(Deserialize)]
struct Line {
    member_id: i64,
    id: i64,
    at: i64,
    kind: TransactionKind,
    amount: i64,
    #[serde(deserialize_with = "truth")]
    purchase: bool,
    channel: Option<String>,
    location: Option<String>,
    labels: String,
    position: Option<i64>,
    item_amount: Option<i64>,
    sku: Option<String>,
    brand: Option<String>,
    category: Option<String>,
}

impl Line {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            member_id: row.try_get_by_index(0)?,
            id: row.try_get_by_index(1)?,
            at: row.try_get_by_index(2)?,
            kind: row.try_get_by_index(3)?,
            amount: row.try_get_by_index(4)?,
            purchase: row.try_get_by_index(5)?,
            channel: row.try_get_by_index(6)?,
            location: row.try_get_by_index(7)?,
            labels: row.try_get_by_index(8)?,
            position: row.try_get_by_index(9)?,
            item_amount: row.try_get_by_index(10)?,
            sku: row.try_get_by_index(11)?,
            brand: row.try_get_by_index(12)?,
            category: row.try_get_by_index(13)?,
        })
    }

    /// What the document adds to spending.
    fn net(&self) -> i64 {
        if self.kind == TransactionKind::Sale { self.amount } else { -self.amount }
    }

    fn take_item(&mut self) -> Option<Item> {
        let (amount, sku) = (self.item_amount?, self.sku.take()?);
        Some(Item { amount, sku, brand: self.brand.take(), category: self.category.take() })
    }

    fn into_document(self) -> Document {
        Document {
            member_id: self.member_id,
            id: self.id,
            at: self.at,
            kind: self.kind,
            amount: self.amount,
            purchase: self.purchase,
            channel: self.channel,
            location: self.location,
            labels: self.labels,
            items: Vec::new(),
        }
    }
}

/// SQLite's truth is a number.
fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    i64::deserialize(deserializer).map(|number| number != 0)
}

/// Members' documents; with their lines only where they are wanted. They are put in order here, which is several times as
/// fast as a database does it.
pub(super) async fn documents(
    db: &impl ConnectionTrait,
    whose: Whose<'_>,
    with_items: bool,
) -> Result<Vec<Document>, Fault> {
    let (columns, tables) = if with_items {
        // Labels may be long: they come with the first line only.
        let labels = "CASE WHEN COALESCE(i.position, 0) = 0 THEN t.labels ELSE '[]' END";
        let lines = "LEFT JOIN transaction_item AS i ON i.transaction_id = t.id";
        (
            format!("{DOCUMENT}, {labels}, i.position, i.amount, i.sku, i.brand, i.category"),
            format!("\"transaction\" AS t {lines}"),
        )
    } else {
        let no_line = "NULL, NULL, NULL, NULL, NULL";
        (format!("{DOCUMENT}, t.labels, {no_line}"), "\"transaction\" AS t".to_owned())
    };
    let mut lines = if db.get_database_backend() == DbBackend::Postgres {
        let text = format!("SELECT {columns} FROM {tables} WHERE {{t.member_id}}");
        let rows = rows(db, &text, "t.member_id", whose).await?;
        rows.iter().map(Line::read).collect::<Result<Vec<_>, _>>()?
    } else {
        // A text a member: the driver carries each cell of a row to another thread, which takes ten times as long.
        let text = format!(
            "SELECT json_group_array(json_array({columns})) FROM {tables} WHERE {{t.member_id}} GROUP BY t.member_id"
        );
        let mut lines: Vec<Line> = Vec::new();
        for row in rows(db, &text, "t.member_id", whose).await? {
            lines.append(&mut serde_json::from_str(&row.try_get_by_index::<String>(0)?)?);
        }
        lines
    };
    // In the order of time, and never of arrival as far as it is seen: at one instant the smaller comes first.
    lines.sort_unstable_by_key(|line: &Line| (line.member_id, line.at, line.net(), line.id, line.position));
    let mut documents: Vec<Document> = Vec::with_capacity(lines.len());
    for mut line in lines {
        let item = line.take_item();
        if documents.last().is_none_or(|last| last.id != line.id) {
            documents.push(line.into_document());
        }
        if let Some(last) = documents.last_mut() {
            last.items.extend(item);
        }
    }
    Ok(documents)
}
