//! The SQL of taking the demo away.

use engine::figures::Sums;
use entity::ids::{MemberId, SegmentId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::plan::SOURCE;
use super::store::names;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, for_update, sql};
use crate::error::Fault;
use crate::figures;

const ID: &[(&str, Column)] = &[("id", Int)];
const NUMBER: &[(&str, Column)] = &[("number", Text)];

#[derive(Serialize)]
struct Id {
    id: i64,
}

#[derive(Serialize)]
struct Number {
    number: String,
}

#[derive(FromQueryResult)]
struct Found {
    id: i64,
}

/// The members of these numbers that are there, in the order of their ids.
pub(super) async fn members(txn: &Txn, numbers: impl Iterator<Item = String>) -> Result<Vec<MemberId>, Fault> {
    let numbers: Vec<Number> = numbers.map(|number| Number { number }).collect();
    let batch = Batch::new(NUMBER, &numbers);
    let text = format!(
        "SELECT id FROM member WHERE number IN (SELECT number FROM {}) ORDER BY id{}",
        batch.table(txn, 1),
        for_update(txn)
    );
    let found = Found::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    Ok(found.into_iter().map(|row| MemberId(row.id)).collect())
}

#[derive(FromQueryResult)]
struct Belonging {
    segment_id: SegmentId,
    member_id: MemberId,
}

/// What the segments lose that these members belong to, in the order of the segments' ids.
pub(super) async fn shares(txn: &Txn, members: &[MemberId]) -> Result<Vec<(SegmentId, Sums)>, Fault> {
    let ids: Vec<Id> = members.iter().map(|id| Id { id: id.0 }).collect();
    let batch = Batch::new(ID, &ids);
    let text = format!(
        "SELECT segment_id, member_id FROM segment_member WHERE member_id IN (SELECT id FROM {}) ORDER BY segment_id",
        batch.table(txn, 1)
    );
    let rows = Belonging::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    let mut shares = Vec::new();
    for rows in rows.chunk_by(|one, other| one.segment_id == other.segment_id) {
        let members: Vec<MemberId> = rows.iter().map(|row| row.member_id).collect();
        let sums = figures::sums_of(txn, &members).await?;
        let lost = Sums {
            members: -sums.members,
            reachable: -sums.reachable,
            transactions: -sums.transactions,
            spending: -sums.spending,
            spending_12m: -sums.spending_12m,
        };
        shares.extend(rows.first().map(|row| (row.segment_id, lost)));
    }
    Ok(shares)
}

/// Deletes members with everything that is kept of them.
pub(super) async fn delete_members(txn: &Txn, members: &[MemberId]) -> Result<Deleted, Fault> {
    let ids: Vec<Id> = members.iter().map(|id| Id { id: id.0 }).collect();
    let batch = Batch::new(ID, &ids);
    let these = format!("(SELECT id FROM {})", batch.table(txn, 1));
    let lines =
        format!("transaction_item WHERE transaction_id IN (SELECT id FROM \"transaction\" WHERE member_id IN {these})");
    let of = |table: &str| format!("{table} WHERE member_id IN {these}");
    let delete = async |what: String| -> Result<u64, Fault> {
        let statement = sql(txn, format!("DELETE FROM {what}"), [batch.value()?]);
        Ok(txn.execute_raw(statement).await?.rows_affected())
    };
    delete(lines).await?;
    let transactions = delete(of("\"transaction\"")).await?;
    let points = delete(of("points_entry")).await?;
    delete(of("segment_member")).await?;
    delete(of("membership_event")).await?;
    delete(of("member_label")).await?;
    delete(of("member_metrics")).await?;
    let members = delete(format!("member WHERE id IN {these}")).await?;
    Ok(Deleted { members, transactions, points })
}

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deleted {
    pub(super) members: u64,
    pub(super) transactions: u64,
    pub(super) points: u64,
}

/// Some of the demo's anonymous documents, deleted with their lines; 0 where none is left.
pub(super) async fn delete_anonymous(txn: &Txn, most: u32) -> Result<u64, Fault> {
    let text = format!(
        "SELECT id FROM \"transaction\" WHERE source = $1 AND document >= $2 AND document < $3 AND member_id IS NULL
        ORDER BY source, document LIMIT {most}"
    );
    let [from, until] = names();
    let ids = Found::find_by_statement(sql(txn, text, [SOURCE.into(), from, until])).all(txn).await?;
    let ids: Vec<Id> = ids.into_iter().map(|row| Id { id: row.id }).collect();
    let batch = Batch::new(ID, &ids);
    let these = format!("(SELECT id FROM {})", batch.table(txn, 1));
    let lines = format!("DELETE FROM transaction_item WHERE transaction_id IN {these}");
    txn.execute_raw(sql(txn, lines, [batch.value()?])).await?;
    let documents = format!("DELETE FROM \"transaction\" WHERE id IN {these}");
    Ok(txn.execute_raw(sql(txn, documents, [batch.value()?])).await?.rows_affected())
}

/// One of the demo's segments, deleted with its memberships and its log; false where none is left.
pub(super) async fn delete_segment(txn: &Txn) -> Result<bool, Fault> {
    let text = format!(
        "SELECT id FROM segment WHERE created_by = $1 AND key >= $2 AND key < $3 ORDER BY id LIMIT 1{}",
        for_update(txn)
    );
    let [from, until] = names();
    let found = Found::find_by_statement(sql(txn, text, [SOURCE.into(), from, until])).one(txn).await?;
    let Some(Found { id }) = found else { return Ok(false) };
    for table in ["membership_event", "segment_member", "segment_stats", "segment_tag"] {
        txn.execute_raw(sql(txn, format!("DELETE FROM {table} WHERE segment_id = $1"), [id.into()])).await?;
    }
    txn.execute_raw(sql(txn, "DELETE FROM segment WHERE id = $1", [id.into()])).await?;
    Ok(true)
}
