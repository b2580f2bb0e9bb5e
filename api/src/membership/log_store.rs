//! The SQL of the log of comings and goings, and of what follows from it.

use engine::calendar::Millis;
use engine::figures::Sums;
use entity::ids::{MemberId, SegmentId};
use entity::kinds::{MembershipEventKind, MembershipReason};
use entity::segment;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::log::Who;
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, List, Txn, sql};
use crate::error::Fault;
use crate::figures::SegmentMove;

/// A coming or going, as the log keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// Coming or going.
    pub(super) kind: MembershipEventKind,
    /// Why.
    pub(super) reason: MembershipReason,
    /// When.
    pub(super) at: Millis,
    /// By whom; none where nobody decided it.
    pub(super) actor: Option<&'a str>,
}

/// A coming or going that a rule has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct MoveRow {
    pub(super) segment_id: i64,
    pub(super) member_id: i64,
    pub(super) kind: &'static str,
    pub(super) reason: &'static str,
}

const MOVE: &[(&str, Column)] = &[("segment_id", Int), ("member_id", Int), ("kind", Text), ("reason", Text)];

/// The last row's id and instant; zeros where the log is empty.
pub(super) async fn last(txn: &Txn) -> Result<(i64, Millis), Fault> {
    let text = "SELECT id, at FROM membership_event ORDER BY id DESC LIMIT 1";
    let row = txn.query_one_raw(sql(txn, text, [])).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.try_get("", "id")?, row.try_get("", "at")?)))
}

/// Writes the coming of those who do not belong yet, or the leaving of those who do.
pub(super) async fn write(
    txn: &Txn,
    segment: &segment::Model,
    who: &Who<'_>,
    event: &Event<'_>,
) -> Result<usize, Fault> {
    let not = if event.kind == MembershipEventKind::Joined { "NOT " } else { "" };
    let (table, value) = match who {
        Who::Members(members) => {
            let ids = List::ids(members.iter().map(|member| member.0));
            (format!("SELECT id FROM {}", ids.table(txn, 1)), ids.value(txn)?)
        }
        Who::BelongingTo(other) => {
            ("SELECT member_id AS id FROM segment_member WHERE segment_id = $1".to_owned(), other.0.into())
        }
    };
    let text = format!(
        "INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT $2, $3, $4, who.id, $5, $6, $7, $8 FROM ({table}) AS who
        WHERE {not}EXISTS (SELECT 1 FROM segment_member AS b WHERE b.segment_id = $2 AND b.member_id = who.id)
        ORDER BY who.id"
    );
    let values = [
        value,
        segment.id.into(),
        segment.key.as_str().into(),
        segment.name.as_str().into(),
        event.kind.word().into(),
        event.reason.word().into(),
        event.at.into(),
        event.actor.into(),
    ];
    let written = txn.execute_raw(sql(txn, text, values)).await?.rows_affected();
    Ok(usize::try_from(written).unwrap_or(usize::MAX))
}

/// Writes that somebody leaves every segment.
pub(super) async fn write_leaving(txn: &Txn, member: MemberId, event: &Event<'_>) -> Result<usize, Fault> {
    let text =
        "INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT s.id, s.key, s.name, b.member_id, $2, $3, $4, $5
        FROM segment_member AS b JOIN segment AS s ON s.id = b.segment_id WHERE b.member_id = $1 ORDER BY s.id";
    let values =
        [member.into(), event.kind.word().into(), event.reason.word().into(), event.at.into(), event.actor.into()];
    let written = txn.execute_raw(sql(txn, text, values)).await?.rows_affected();
    Ok(usize::try_from(written).unwrap_or(usize::MAX))
}

/// Writes comings and goings that rules have decided.
pub(super) async fn write_decided(
    txn: &Txn,
    decided: &[MoveRow],
    at: Millis,
    actor: Option<&str>,
) -> Result<(), Fault> {
    let batch = Batch::new(MOVE, decided);
    let text = format!(
        "INSERT INTO membership_event (segment_id, segment_key, segment_name, member_id, kind, reason, at, actor)
        SELECT s.id, s.key, s.name, batch.member_id, batch.kind, batch.reason, $2, $3
        FROM {} JOIN segment AS s ON s.id = batch.segment_id
        ORDER BY s.id, batch.member_id",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?, at.into(), actor.into()])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct SumsRow {
    segment_id: SegmentId,
    joiners: i64,
    leavers: i64,
    reachable: i64,
    transactions: i64,
    spending: i64,
    spending_12m: i64,
}

/// What the figures of segments move by for the rows after one, in the order of the segments' ids.
pub(super) async fn moves(txn: &Txn, after: i64) -> Result<Vec<SegmentMove>, Fault> {
    let sum = |what: &str, name: &str| {
        format!("CAST(SUM(CASE e.kind WHEN 'JOINED' THEN {what} ELSE -({what}) END) AS BIGINT) AS {name}")
    };
    let text = format!(
        "SELECT e.segment_id, CAST(SUM(CASE e.kind WHEN 'JOINED' THEN 1 ELSE 0 END) AS BIGINT) AS joiners,
            CAST(SUM(CASE e.kind WHEN 'LEFT' THEN 1 ELSE 0 END) AS BIGINT) AS leavers, {}, {}, {}, {}
        FROM membership_event AS e JOIN member AS m ON m.id = e.member_id
        JOIN member_metrics AS k ON k.member_id = e.member_id
        WHERE e.id > $1 GROUP BY e.segment_id ORDER BY e.segment_id",
        sum("CASE WHEN m.marketing_consent THEN 1 ELSE 0 END", "reachable"),
        sum("k.transactions", "transactions"),
        sum("k.spending", "spending"),
        sum("k.spending_12m", "spending_12m"),
    );
    let rows = SumsRow::find_by_statement(sql(txn, text, [after.into()])).all(txn).await?;
    let one = |row: SumsRow| SegmentMove {
        segment_id: row.segment_id,
        sums: Sums {
            members: row.joiners - row.leavers,
            reachable: row.reachable,
            transactions: row.transactions,
            spending: row.spending,
            spending_12m: row.spending_12m,
        },
        joiners: row.joiners,
        leavers: row.leavers,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Makes the memberships of those who came after a row: pushed into an EXTERNAL segment, by hand into a MANUAL one and
/// where they are pinned in, else by the rule.
pub(super) async fn apply_joined(txn: &Txn, after: i64) -> Result<(), Fault> {
    let text = "INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT e.segment_id, e.member_id, e.at,
            CASE WHEN s.kind = 'EXTERNAL' THEN 'PARTNER' WHEN s.kind = 'MANUAL' OR p.pinned_in THEN 'ASSIGNED' ELSE 'RULE' END
        FROM membership_event AS e JOIN segment AS s ON s.id = e.segment_id
        LEFT JOIN segment_pin AS p ON p.segment_id = e.segment_id AND p.member_id = e.member_id
        WHERE e.id > $1 AND e.kind = 'JOINED' ORDER BY e.segment_id, e.member_id";
    txn.execute_raw(sql(txn, text, [after.into()])).await?;
    Ok(())
}

/// Ends the memberships of those who left after a row, and keeps their stays. A stay that ended in its first millisecond
/// was none at any instant.
pub(super) async fn apply_left(txn: &Txn, after: i64) -> Result<(), Fault> {
    let left =
        "membership_event AS e JOIN segment_member AS b ON b.segment_id = e.segment_id AND b.member_id = e.member_id
        WHERE e.id > $1 AND e.kind = 'LEFT'";
    let keep = format!(
        "INSERT INTO segment_past (segment_id, member_id, joined_at, left_at)
        SELECT b.segment_id, b.member_id, b.joined_at, e.at FROM {left} AND b.joined_at < e.at
        ORDER BY b.segment_id, b.member_id"
    );
    txn.execute_raw(sql(txn, keep, [after.into()])).await?;
    let end = "DELETE FROM segment_member WHERE (segment_id, member_id) IN
        (SELECT segment_id, member_id FROM membership_event WHERE id > $1 AND kind = 'LEFT')";
    txn.execute_raw(sql(txn, end, [after.into()])).await?;
    Ok(())
}
