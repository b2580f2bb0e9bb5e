//! Documents come in: each is recorded once, and every figure moves in the same transaction.

use std::collections::HashMap;

use entity::ids::MemberId;
use serde_json::json;

use super::input::Checked;
use super::item_store::ItemRow;
use super::link::{Books, Fate, Key};
use super::{TransactionInput, body, item_store, store};
use crate::app::App;
use crate::audit::{self, By};
use crate::changes;
use crate::db::{self, Txn, raced};
use crate::error::{Fault, Refusal, Stop};
use crate::figures::{self, Reckoning};
use crate::ingest::{self, Ingested};
use crate::members::{self, MemberRef};
use crate::membership::{self, Touched};

/// The source of documents that name none.
pub const DEFAULT_SOURCE: &str = "pos";

/// Records documents. Bad rows are named, good ones kept, known ones counted as duplicates.
pub async fn record(app: &App, by: By<'_>, rows: Vec<TransactionInput>) -> Result<Ingested, Stop> {
    let now = app.clock.now(app.program().zone);
    let (good, problems) = ingest::part(rows, |row| row.check(app.program().currency, now));
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let reckoning = figures::reckon(app, &txn).await?;
        let (done, touched) = record_in(&txn, &reckoning, &good).await?;
        membership::settle(&txn, &reckoning, touched).await?;
        if let Some(entry) = audit::ingested(by.action("recordTransactions"), "Transaction", &done) {
            audit::write(app, &txn, by, entry).await?;
        }
        txn.commit().await?;
        Ok(done.and(&problems))
    })
    .await
}

/// The same within a transaction, for documents with their places in the batch. What was touched is to be settled at the
/// transaction's end.
pub async fn record_in(
    txn: &Txn,
    reckoning: &Reckoning,
    rows: &[(usize, Checked)],
) -> Result<(Ingested, Touched), Fault> {
    let mut done = Ingested::default();
    if rows.is_empty() {
        return Ok((done, Touched::default()));
    }
    store::lock_books(txn, rows.iter().any(|(_, row)| row.returns_document.is_some())).await?;
    let members = resolved(txn, rows).await?;
    let known = store::known(txn, rows.iter().map(|(_, row)| row)).await?;
    let waiting = store::waiting(txn, rows.iter().map(|(_, row)| row)).await?;
    let mut books = Books::open(reckoning, known, waiting);
    let mut new: Vec<(&Checked, i64)> = Vec::with_capacity(rows.len());
    for ((place, row), member) in rows.iter().zip(members) {
        let taken = member.and_then(|member| {
            let body = body::hash(row, member);
            books.take(row, member, body).map(|fate| (fate, body))
        });
        match taken {
            Ok((Fate::New, body)) => new.push((row, body)),
            Ok((Fate::Duplicate, _)) => done.duplicates += 1,
            Err(refusal) => done.refuse(*place, refusal),
        }
    }
    done.created = new.len();
    let of_nobody = write(txn, &books, new).await?;
    let (moves, lost) = books.moves();
    let shares = figures::move_members(txn, &moves, &lost).await?;
    let members = moves.iter().map(|one| one.member_id).collect();
    if of_nobody {
        changes::note_unnamed(txn, reckoning.now).await?;
    }
    Ok((done, Touched::new(members, shares)))
}

/// Writes them, and answers whether one of them is nobody's who is known.
async fn write(txn: &Txn, books: &Books<'_>, mut new: Vec<(&Checked, i64)>) -> Result<bool, Fault> {
    // One order for all, so that two batches with the same documents do not wait for each other in a circle.
    new.sort_by(|(one, _), (other, _)| (&one.source, &one.document).cmp(&(&other.source, &other.document)));
    let (mut rows, mut of_nobody) = (Vec::with_capacity(new.len()), false);
    for (document, body) in &new {
        let key: Key = (document.source.clone(), document.document.clone());
        let entry = books.entry(&key).ok_or_else(|| Fault::new("a document was lost on its way"))?;
        of_nobody |= entry.member.is_none();
        let labels = document.labels.iter().map(|label| json!({"key": label.key, "value": label.value})).collect();
        rows.push(store::NewRow::new(document, entry, serde_json::Value::Array(labels).to_string(), *body));
    }
    let made = store::insert(txn, &rows).await?;
    if made.len() != rows.len() {
        return Err(raced("a document was recorded"));
    }
    let mut items = Vec::new();
    for (document, _) in &new {
        let id = made.get(&(document.source.clone(), document.document.clone()));
        let id = id.ok_or_else(|| Fault::new("a document got no id"))?;
        items.extend(document.items.iter().enumerate().map(|(place, item)| ItemRow::new(*id, place, item)));
    }
    item_store::insert_items(txn, &items).await?;
    store::update(txn, &books.changed()).await?;
    Ok(of_nobody)
}

/// Whose each document is: nobody's where it names nobody.
async fn resolved(txn: &Txn, rows: &[(usize, Checked)]) -> Result<Vec<Result<Option<MemberId>, Refusal>>, Fault> {
    let mut references: HashMap<&MemberRef, usize> = HashMap::new();
    let mut distinct = Vec::new();
    for reference in rows.iter().filter_map(|(_, row)| row.member.as_ref()) {
        references.entry(reference).or_insert_with(|| {
            distinct.push(reference.clone());
            distinct.len() - 1
        });
    }
    let found = members::resolve(txn, &distinct).await?;
    let one = |row: &Checked| match &row.member {
        None => Ok(None),
        Some(reference) => found[references[reference]].map(Some).map_err(|why| why.refusal(&["member"])),
    };
    Ok(rows.iter().map(|(_, row)| one(row)).collect())
}
