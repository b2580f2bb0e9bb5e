//! The SQL of documents.

use std::collections::HashMap;

use entity::ids::{MemberId, TransactionId};
use entity::kinds::TransactionKind;
use entity::transaction;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use serde::Serialize;

use super::input::Checked;
use super::link::{Entry, Key};
use crate::db::Column::{Bool, Int, Text};
use crate::db::{self, Batch, Column, Lock, Txn, sql};
use crate::error::Fault;

/// Keeps a return and its sale from being recorded past each other: batches with returns that name a sale are alone, the
/// others go side by side. SQLite has one writer anyway.
pub(super) async fn lock_books(txn: &Txn, alone: bool) -> Result<(), Fault> {
    if alone {
        db::lock(txn, Lock::Books).await?;
    } else {
        db::lock_shared(txn, Lock::Books).await?;
    }
    Ok(())
}

/// A recorded document.
#[derive(FromQueryResult)]
pub(super) struct Known {
    id: TransactionId,
    pub(super) source: String,
    pub(super) document: String,
    kind: TransactionKind,
    member_id: Option<MemberId>,
    amount: i64,
    at: i64,
    returns: i64,
    returned: i64,
    body: i64,
}

impl Known {
    pub(super) fn entry(self) -> Entry {
        let Self { id, source: _, document: _, kind, member_id, amount, at, returns, returned, body } = self;
        Entry { id: Some(id), kind, member: member_id, amount, at, returns, returned, body }
    }
}

/// A recorded return whose sale may be in the batch.
#[derive(FromQueryResult)]
pub(super) struct Waiting {
    id: TransactionId,
    pub(super) source: String,
    pub(super) document: String,
    pub(super) returns_document: String,
    member_id: Option<MemberId>,
    amount: i64,
    at: i64,
    body: i64,
}

impl Waiting {
    pub(super) fn entry(self) -> Entry {
        let Self { id, source: _, document: _, returns_document: _, member_id, amount, at, body } = self;
        let kind = TransactionKind::Return;
        Entry { id: Some(id), kind, member: member_id, amount, at, returns: 0, returned: 0, body }
    }
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct KeyRow<'a> {
    source: &'a str,
    document: &'a str,
}

const KEY: &[(&str, Column)] = &[("source", Text), ("document", Text)];

fn sorted(mut keys: Vec<KeyRow<'_>>) -> Vec<KeyRow<'_>> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What is recorded of the documents, and of the sales that they take back.
pub(super) async fn known<'a>(txn: &Txn, rows: impl Iterator<Item = &'a Checked>) -> Result<Vec<Known>, Fault> {
    let key = |row: &'a Checked, document: &'a str| KeyRow { source: &row.source, document };
    let keys = rows.flat_map(|row| {
        let sale = row.returns_document.as_deref().map(|sale| key(row, sale));
        [Some(key(row, &row.document)), sale].into_iter().flatten()
    });
    let keys = sorted(keys.collect());
    let batch = Batch::new(KEY, &keys);
    let text = format!(
        "SELECT t.id, t.source, t.document, t.kind, t.member_id, t.amount, t.at, t.returns, t.returned, t.body
        FROM {} JOIN \"transaction\" AS t ON t.source = batch.source AND t.document = batch.document",
        batch.table(txn, 1)
    );
    Ok(Known::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?)
}

/// The returns, recorded before, that take back a document of the batch which is not recorded yet.
pub(super) async fn waiting<'a>(txn: &Txn, rows: impl Iterator<Item = &'a Checked>) -> Result<Vec<Waiting>, Fault> {
    let keys = sorted(rows.map(|row| KeyRow { source: &row.source, document: &row.document }).collect());
    let batch = Batch::new(KEY, &keys);
    let text = format!(
        "SELECT t.id, t.source, t.document, t.returns_document, t.member_id, t.amount, t.at, t.body
        FROM {} JOIN \"transaction\" AS t ON t.source = batch.source AND t.returns_document = batch.document
        WHERE NOT EXISTS (SELECT 1 FROM \"transaction\" AS s
            WHERE s.source = batch.source AND s.document = batch.document)",
        batch.table(txn, 1)
    );
    Ok(Waiting::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?)
}

/// A document to be recorded.
#[derive(Serialize)]
pub(super) struct NewRow<'a> {
    source: &'a str,
    document: &'a str,
    kind: &'static str,
    member_id: Option<i64>,
    amount: i64,
    at: i64,
    channel: Option<&'a str>,
    location: Option<&'a str>,
    labels: String,
    returns_document: Option<&'a str>,
    returns: i64,
    returned: i64,
    purchase: bool,
    body: i64,
}

impl<'a> NewRow<'a> {
    pub(super) fn new(document: &'a Checked, entry: &Entry, labels: String, body: i64) -> Self {
        Self {
            source: &document.source,
            document: &document.document,
            kind: document.kind.word(),
            member_id: entry.member.map(|member| member.0),
            amount: document.amount,
            at: document.at,
            channel: document.channel.as_deref(),
            location: document.location.as_deref(),
            labels,
            returns_document: document.returns_document.as_deref(),
            returns: entry.returns,
            returned: entry.returned,
            purchase: entry.purchase(),
            body,
        }
    }
}

const NEW: &[(&str, Column)] = &[
    ("source", Text),
    ("document", Text),
    ("kind", Text),
    ("member_id", Int),
    ("amount", Int),
    ("at", Int),
    ("channel", Text),
    ("location", Text),
    ("labels", Text),
    ("returns_document", Text),
    ("returns", Int),
    ("returned", Int),
    ("purchase", Bool),
    ("body", Int),
];

#[derive(FromQueryResult)]
struct Made {
    id: TransactionId,
    source: String,
    document: String,
}

/// Records documents and answers their ids; those that another operation recorded meanwhile are missing.
pub(super) async fn insert(txn: &Txn, rows: &[NewRow<'_>]) -> Result<HashMap<Key, TransactionId>, Fault> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let batch = Batch::new(NEW, rows);
    let columns = NEW.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let text = format!(
        "INSERT INTO \"transaction\" ({columns}) SELECT {columns} FROM {} WHERE TRUE
        ON CONFLICT (source, document) DO NOTHING RETURNING id, source, document",
        batch.table(txn, 1)
    );
    let made = Made::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    Ok(made.into_iter().map(|made| ((made.source, made.document), made.id)).collect())
}

#[derive(Serialize)]
struct ChangedRow {
    id: i64,
    member_id: Option<i64>,
    returns: i64,
    returned: i64,
    purchase: bool,
}

const CHANGED: &[(&str, Column)] =
    &[("id", Int), ("member_id", Int), ("returns", Int), ("returned", Int), ("purchase", Bool)];

/// Writes what a batch changed of recorded documents: sales that were taken back, returns that found their member.
pub(super) async fn update(txn: &Txn, changed: &[(TransactionId, &Entry)]) -> Result<(), Fault> {
    if changed.is_empty() {
        return Ok(());
    }
    let row = |(id, entry): &(TransactionId, &Entry)| ChangedRow {
        id: id.0,
        member_id: entry.member.map(|member| member.0),
        returns: entry.returns,
        returned: entry.returned,
        purchase: entry.purchase(),
    };
    let rows: Vec<ChangedRow> = changed.iter().map(row).collect();
    let batch = Batch::new(CHANGED, &rows);
    let text = format!(
        "UPDATE \"transaction\" SET member_id = batch.member_id, returns = batch.returns, returned = batch.returned,
            purchase = batch.purchase
        FROM {} WHERE \"transaction\".id = batch.id",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// A statement over a member's documents.
pub(super) fn of_member(member: MemberId) -> SelectStatement {
    transaction::Entity::find().filter(transaction::Column::MemberId.eq(member)).into_query()
}

/// A document by id.
pub(super) async fn by_id(db: &impl ConnectionTrait, id: TransactionId) -> Result<Option<transaction::Model>, Fault> {
    Ok(transaction::Entity::find_by_id(id).one(db).await?)
}

/// The documents of ids, in no order.
pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: &[TransactionId]) -> Result<Vec<transaction::Model>, Fault> {
    Ok(transaction::Entity::find().filter(transaction::Column::Id.is_in(ids.iter().copied())).all(db).await?)
}
