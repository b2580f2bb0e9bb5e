//! The SQL of the kept sums.

use std::collections::HashMap;

use engine::figures::Sums;
use entity::ids::{MemberId, SegmentId};
use entity::segment_stats;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel};
use serde::Serialize;

use super::{MemberMove, Reckoning, SegmentMove, Share};
use crate::db::Column::Int;
use crate::db::{Batch, Column, List, Txn, for_update, sql};
use crate::error::Fault;

/// Makes the empty sums of new members.
pub async fn make_members(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    let ids = List::ids(members.iter().map(|id| id.0));
    let text = format!(
        "INSERT INTO member_metrics (member_id, transactions, spending, spending_12m, points_earned, points_redeemed,
            points_expired, points_adjusted, points_balance) SELECT id, 0, 0, 0, 0, 0, 0, 0, 0 FROM {}",
        ids.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [ids.value(txn)?])).await?;
    Ok(())
}

const MOVE: &[(&str, Column)] = &[
    ("member_id", Int),
    ("transactions", Int),
    ("spending", Int),
    ("spending_12m", Int),
    ("first_purchase_at", Int),
    ("last_purchase_at", Int),
    ("points_earned", Int),
    ("points_redeemed", Int),
    ("points_expired", Int),
    ("points_adjusted", Int),
    ("points_balance", Int),
];

/// Moves the sums of members.
pub(super) async fn move_metrics(txn: &Txn, moves: &[MemberMove]) -> Result<(), Fault> {
    let batch = Batch::new(MOVE, moves);
    let text = format!(
        "UPDATE member_metrics SET
            transactions = member_metrics.transactions + batch.transactions,
            spending = member_metrics.spending + batch.spending,
            spending_12m = member_metrics.spending_12m + batch.spending_12m,
            first_purchase_at = CASE WHEN member_metrics.first_purchase_at <= batch.first_purchase_at
                THEN member_metrics.first_purchase_at
                ELSE COALESCE(batch.first_purchase_at, member_metrics.first_purchase_at) END,
            last_purchase_at = CASE WHEN member_metrics.last_purchase_at >= batch.last_purchase_at
                THEN member_metrics.last_purchase_at
                ELSE COALESCE(batch.last_purchase_at, member_metrics.last_purchase_at) END,
            points_earned = member_metrics.points_earned + batch.points_earned,
            points_redeemed = member_metrics.points_redeemed + batch.points_redeemed,
            points_expired = member_metrics.points_expired + batch.points_expired,
            points_adjusted = member_metrics.points_adjusted + batch.points_adjusted,
            points_balance = member_metrics.points_balance + batch.points_balance
        FROM {} WHERE member_metrics.member_id = batch.member_id",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// Looks up the first and last purchase of members of whom one stopped counting.
pub(super) async fn find_purchases_anew(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    if members.is_empty() {
        return Ok(());
    }
    let ids = List::ids(members.iter().map(|id| id.0));
    let bound = |which: &str| {
        format!(
            "(SELECT {which}(at) FROM \"transaction\" AS t WHERE t.member_id = member_metrics.member_id AND t.purchase)"
        )
    };
    let text = format!(
        "UPDATE member_metrics SET first_purchase_at = {}, last_purchase_at = {} WHERE member_id IN (SELECT id FROM {})",
        bound("MIN"),
        bound("MAX"),
        ids.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [ids.value(txn)?])).await?;
    Ok(())
}

#[derive(Serialize)]
struct ShareRow {
    member_id: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

const SHARE: &[(&str, Column)] =
    &[("member_id", Int), ("reachable", Int), ("transactions", Int), ("spending", Int), ("spending_12m", Int)];

#[derive(FromQueryResult)]
struct SumsRow {
    segment_id: i64,
    members: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

impl SumsRow {
    fn sums(&self) -> Sums {
        let Self { segment_id: _, members, reachable, transactions, spending, spending_12m } = *self;
        Sums { members, reachable, transactions, spending, spending_12m }
    }
}

/// What the segments' sums move by when their members' do, in the order of the segments' ids.
pub(super) async fn by_segment(txn: &Txn, shares: &[Share]) -> Result<Vec<SegmentMove>, Fault> {
    let rows: Vec<ShareRow> = shares
        .iter()
        .map(|Share { member_id, sums }| ShareRow {
            member_id: member_id.0,
            reachable: sums.reachable,
            transactions: sums.transactions,
            spending: sums.spending,
            spending_12m: sums.spending_12m,
        })
        .collect();
    let batch = Batch::new(SHARE, &rows);
    let text = format!(
        "SELECT s.segment_id, CAST(0 AS BIGINT) AS members, CAST(SUM(batch.reachable) AS BIGINT) AS reachable,
            CAST(SUM(batch.transactions) AS BIGINT) AS transactions, CAST(SUM(batch.spending) AS BIGINT) AS spending,
            CAST(SUM(batch.spending_12m) AS BIGINT) AS spending_12m
        FROM {} JOIN segment_member AS s ON s.member_id = batch.member_id
        GROUP BY s.segment_id ORDER BY s.segment_id",
        batch.table(txn, 1)
    );
    let found = SumsRow::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    let one =
        |row: &SumsRow| SegmentMove { segment_id: SegmentId(row.segment_id), sums: row.sums(), joiners: 0, leavers: 0 };
    Ok(found.iter().map(one).collect())
}

/// The sums of segments, locked in the order of their ids.
pub(super) async fn lock_segments(txn: &Txn, segments: &[SegmentId]) -> Result<HashMap<SegmentId, Sums>, Fault> {
    let ids = List::ids(segments.iter().map(|id| id.0));
    let text = format!(
        "SELECT segment_id, members, reachable, transactions, spending, spending_12m FROM segment_stats
        WHERE segment_id IN (SELECT id FROM {}) ORDER BY segment_id{}",
        ids.table(txn, 1),
        for_update(txn)
    );
    let found = SumsRow::find_by_statement(sql(txn, text, [ids.value(txn)?])).all(txn).await?;
    Ok(found.iter().map(|row| (SegmentId(row.segment_id), row.sums())).collect())
}

/// A segment's sums with the averages that follow from them.
#[derive(Debug, Serialize)]
pub(super) struct StatsRow {
    segment_id: i64,
    joiners: i64,
    leavers: i64,
    members: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
    average_transaction_value: Option<i64>,
    average_spending: Option<i64>,
    average_clv: Option<i64>,
    stats_at: i64,
}

const STATS: &[(&str, Column)] = &[
    ("segment_id", Int),
    ("members", Int),
    ("reachable", Int),
    ("transactions", Int),
    ("spending", Int),
    ("spending_12m", Int),
    ("average_transaction_value", Int),
    ("average_spending", Int),
    ("average_clv", Int),
    ("stats_at", Int),
];

impl StatsRow {
    pub(super) fn new(one: &SegmentMove, reckoning: &Reckoning) -> Self {
        let SegmentMove { segment_id, sums, joiners, leavers } = one;
        let figures = sums.figures(reckoning.gross_margin);
        Self {
            segment_id: segment_id.0,
            joiners: *joiners,
            leavers: *leavers,
            members: sums.members,
            reachable: sums.reachable,
            transactions: sums.transactions,
            spending: sums.spending,
            spending_12m: sums.spending_12m,
            average_transaction_value: figures.average_transaction_value,
            average_spending: figures.average_spending,
            average_clv: figures.average_clv,
            stats_at: reckoning.now,
        }
    }
}

/// Writes sums and averages of segments.
pub(super) async fn write_segments(txn: &Txn, rows: &[StatsRow]) -> Result<(), Fault> {
    let batch = Batch::new(STATS, rows);
    let set: Vec<String> = STATS[1..].iter().map(|(name, _)| format!("{name} = batch.{name}")).collect();
    // The one float is divided where it is kept: a float that travels as text may come out one bit off.
    let text = format!(
        "UPDATE segment_stats SET {}, average_transactions = CASE WHEN batch.members > 0
            THEN CAST(batch.transactions AS DOUBLE PRECISION) / CAST(batch.members AS DOUBLE PRECISION) END
        FROM {} WHERE segment_stats.segment_id = batch.segment_id",
        set.join(", "),
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// Writes the empty sums of a new segment.
pub(super) async fn insert_segment(txn: &Txn, id: SegmentId, reckoning: &Reckoning) -> Result<(), Fault> {
    let row = segment_stats::Model {
        segment_id: id,
        members: 0,
        reachable: 0,
        transactions: 0,
        spending: 0,
        spending_12m: 0,
        average_transaction_value: None,
        average_transactions: None,
        average_spending: None,
        average_clv: None,
        predicted_members: 0,
        predicted_value: 0,
        stats_at: reckoning.now,
    };
    segment_stats::Entity::insert(row.into_active_model()).exec_without_returning(txn).await?;
    Ok(())
}
