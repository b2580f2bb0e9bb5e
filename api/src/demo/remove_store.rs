//! The SQL of taking the demo away.

use engine::figures::Sums;
use entity::ids::{MemberId, SegmentId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::plan::SOURCE;
use super::store::names;
use crate::campaigns;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, Txn, for_update, sql};
use crate::error::Fault;
use crate::figures::SegmentMove;

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
struct Lost {
    segment_id: SegmentId,
    members: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

/// What the segments lose that these members belong to, in the order of the segments' ids.
pub(super) async fn shares(txn: &Txn, members: &[MemberId]) -> Result<Vec<SegmentMove>, Fault> {
    let ids: Vec<Id> = members.iter().map(|id| Id { id: id.0 }).collect();
    let batch = Batch::new(ID, &ids);
    let text = format!(
        "SELECT b.segment_id, COUNT(*) AS members,
            CAST(SUM(CASE WHEN m.marketing_consent THEN 1 ELSE 0 END) AS BIGINT) AS reachable,
            CAST(SUM(k.transactions) AS BIGINT) AS transactions, CAST(SUM(k.spending) AS BIGINT) AS spending,
            CAST(SUM(k.spending_12m) AS BIGINT) AS spending_12m
        FROM {} JOIN segment_member AS b ON b.member_id = batch.id JOIN member AS m ON m.id = batch.id
        JOIN member_metrics AS k ON k.member_id = batch.id GROUP BY b.segment_id ORDER BY b.segment_id",
        batch.table(txn, 1)
    );
    let rows = Lost::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    let one = |lost: Lost| SegmentMove {
        segment_id: lost.segment_id,
        sums: Sums {
            members: -lost.members,
            reachable: -lost.reachable,
            transactions: -lost.transactions,
            spending: -lost.spending,
            spending_12m: -lost.spending_12m,
        },
        joiners: 0,
        leavers: 0,
    };
    Ok(rows.into_iter().map(one).collect())
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
    let feedback = delete(of("feedback")).await?;
    delete(of("engagement")).await?;
    delete(of("member_value")).await?;
    let text = format!("UPDATE campaign SET {}", campaigns::without(&format!("c.member_id IN {these}")));
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    delete(of("campaign_member")).await?;
    delete(of("segment_member")).await?;
    delete(of("segment_past")).await?;
    delete(of("segment_pin")).await?;
    delete(of("membership_event")).await?;
    delete(of("member_label")).await?;
    delete(of("member_metrics")).await?;
    let members = delete(format!("member WHERE id IN {these}")).await?;
    Ok(Deleted { members, transactions, points, feedback })
}

/// Forgets what analyses said of the members together: the next one says it of those who are left.
pub(super) async fn forget_values(txn: &Txn) -> Result<(), Fault> {
    for text in [
        "DELETE FROM value_model",
        // Of those who were deleted while an analysis was landing.
        "DELETE FROM member_value WHERE NOT EXISTS (SELECT 1 FROM member AS m WHERE m.id = member_value.member_id)",
    ] {
        txn.execute_raw(sql(txn, text, [])).await?;
    }
    Ok(())
}

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deleted {
    pub(super) members: u64,
    pub(super) transactions: u64,
    pub(super) points: u64,
    pub(super) feedback: u64,
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

/// Deletes the demo's campaigns, but for those that the rules of others name.
pub(super) async fn delete_campaigns(txn: &Txn) -> Result<(), Fault> {
    let these = "SELECT c.id FROM campaign AS c WHERE c.created_by = $1 AND NOT EXISTS (
        SELECT 1 FROM segment AS s WHERE s.rule LIKE '%\"campaignId\":\"' || c.id || '\"%')";
    for of in ["engagement WHERE campaign_id", "campaign_member WHERE campaign_id", "campaign WHERE id"] {
        txn.execute_raw(sql(txn, format!("DELETE FROM {of} IN ({these})"), [SOURCE.into()])).await?;
    }
    Ok(())
}

/// One of the demo's segments, deleted with its memberships and its log; false where none is left.
pub(super) async fn delete_segment(txn: &Txn) -> Result<bool, Fault> {
    let text = format!(
        "SELECT id FROM segment WHERE created_by = $1 AND key >= $2 AND key < $3
            AND NOT EXISTS (SELECT 1 FROM segment_reference AS r WHERE r.names = segment.id)
            AND NOT EXISTS (SELECT 1 FROM campaign AS c WHERE c.segment_id = segment.id AND c.status <> 'ENDED')
        ORDER BY id DESC LIMIT 1{}",
        for_update(txn)
    );
    let [from, until] = names();
    let found = Found::find_by_statement(sql(txn, text, [SOURCE.into(), from, until])).one(txn).await?;
    let Some(Found { id }) = found else { return Ok(false) };
    for table in [
        "membership_event",
        "segment_member",
        "segment_past",
        "segment_pin",
        "segment_reference",
        "segment_evaluation",
        "segment_stats",
        "segment_day",
        "segment_tag",
    ] {
        txn.execute_raw(sql(txn, format!("DELETE FROM {table} WHERE segment_id = $1"), [id.into()])).await?;
    }
    txn.execute_raw(sql(txn, "DELETE FROM segment WHERE id = $1", [id.into()])).await?;
    Ok(true)
}
