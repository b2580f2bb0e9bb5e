//! The SQL of what partners have pushed of those who are not known yet.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use entity::ids::{MemberId, SegmentId};
use entity::kinds::MembershipReason;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::pushed::Pushed;
use crate::db::Column::{Bool, Int, Text};
use crate::db::{Batch, Column, List, Txn, sql};
use crate::error::Fault;

/// How a partner names somebody who is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct PushedName {
    /// NUMBER or EMAIL.
    pub kind: &'static str,
    /// The number, or the folded e-mail.
    pub name: String,
}

const NAME: &[(&str, Column)] = &[("kind", Text), ("name", Text)];

/// The same of names that nobody has yet, as they are kept: kind and name.
pub async fn newer_names(
    txn: &Txn,
    segment: SegmentId,
    names: &[PushedName],
    emitted_at: i64,
) -> Result<HashSet<(String, String)>, Fault> {
    names_where(txn, segment, names, "p.emitted_at > $3", emitted_at).await
}

/// Which of some names a partner has pushed to come in.
pub async fn waiting(txn: &Txn, segment: SegmentId, names: &[PushedName]) -> Result<HashSet<(String, String)>, Fault> {
    names_where(txn, segment, names, "p.belongs AND p.emitted_at >= $3", i64::MIN).await
}

async fn names_where(
    txn: &Txn,
    segment: SegmentId,
    names: &[PushedName],
    condition: &str,
    value: i64,
) -> Result<HashSet<(String, String)>, Fault> {
    if names.is_empty() {
        return Ok(HashSet::new());
    }
    let batch = Batch::new(NAME, names);
    let text = format!(
        "SELECT p.kind, p.name FROM {} JOIN pushed_name AS p ON p.segment_id = $2 AND p.kind = batch.kind
            AND p.name = batch.name WHERE {condition}",
        batch.table(txn, 1)
    );
    let rows = txn.query_all_raw(sql(txn, text, [batch.value()?, segment.into(), value.into()])).await?;
    let pair = |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    Ok(rows.iter().map(pair).collect::<Result<_, sea_orm::DbErr>>()?)
}

/// Notes what was said of names.
pub(super) async fn mark_names(
    txn: &Txn,
    pushed: &Pushed<'_>,
    names: &[PushedName],
    belongs: bool,
) -> Result<(), Fault> {
    if names.is_empty() {
        return Ok(());
    }
    let batch = Batch::new(NAME, names);
    let text = format!(
        "INSERT INTO pushed_name (segment_id, kind, name, belongs, emitted_at, pushed_on, reason)
        SELECT $2, kind, name, $3, $4, $5, $6 FROM {} WHERE TRUE
        ON CONFLICT (segment_id, kind, name) DO UPDATE SET belongs = excluded.belongs,
            emitted_at = excluded.emitted_at, pushed_on = excluded.pushed_on, reason = excluded.reason",
        batch.table(txn, 1)
    );
    let Pushed { segment, emitted_at, on, reason } = *pushed;
    let values = [
        batch.value()?,
        segment.id.into(),
        belongs.into(),
        emitted_at.into(),
        on.to_string().into(),
        reason.word().into(),
    ];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// What was said of a name, and the member who has it by now.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Waiting {
    pub(super) segment_id: i64,
    pub(super) member_id: i64,
    kind: String,
    name: String,
    pub(super) belongs: bool,
    pub(super) emitted_at: i64,
    pushed_on: String,
    pub(super) reason: MembershipReason,
    expires_after_days: Option<i64>,
    /// Whether the member belongs at the moment.
    pub(super) is_member: bool,
    /// Of when the last thing holds that was said of the member itself.
    said_at: Option<i64>,
}

impl Waiting {
    /// Whether something later was said of the member itself.
    pub(super) fn is_outdated(&self) -> bool {
        self.said_at.is_some_and(|at| at > self.emitted_at)
    }

    /// Whether it is too long ago.
    pub(super) fn is_lapsed(&self, today: NaiveDate) -> bool {
        let day = self.pushed_on.parse::<NaiveDate>().ok();
        let days = self.expires_after_days.and_then(|days| u64::try_from(days).ok());
        let until = day.zip(days).and_then(|(day, days)| day.checked_add_days(Days::new(days)));
        until.is_some_and(|until| until <= today)
    }
}

/// The columns and tables of [`Waiting`], by number and by e-mail; `{which}` says whose. An e-mail that several have
/// names none of them.
fn known_names(which: &str) -> String {
    let half = |on: &str, and: &str| {
        format!(
            "SELECT p.segment_id, m.id AS member_id, p.kind, p.name, p.belongs, p.emitted_at, p.pushed_on, p.reason,
                s.expires_after_days, b.member_id IS NOT NULL AS is_member, k.emitted_at AS said_at
            FROM pushed_name AS p JOIN segment AS s ON s.id = p.segment_id AND s.active
            JOIN member AS m ON {on}
            LEFT JOIN segment_member AS b ON b.segment_id = p.segment_id AND b.member_id = m.id
            LEFT JOIN pushed_member AS k ON k.segment_id = p.segment_id AND k.member_id = m.id
            WHERE m.erased_at IS NULL AND {which}{and}"
        )
    };
    let by_number = half("p.kind = 'NUMBER' AND m.number = p.name", "");
    let alone = " AND NOT EXISTS (SELECT 1 FROM member AS o WHERE o.email_folded = m.email_folded AND o.id <> m.id)";
    let by_email = half("p.kind = 'EMAIL' AND m.email_folded = p.name", alone);
    format!("{by_number} UNION ALL {by_email}")
}

/// What was said of the names that members have by now.
pub(super) async fn become_known(txn: &Txn, members: &[MemberId]) -> Result<Vec<Waiting>, Fault> {
    if !any_waiting(txn).await? {
        return Ok(Vec::new());
    }
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = known_names(&format!("m.id IN (SELECT id FROM {})", ids.table(txn, 1)));
    Ok(Waiting::find_by_statement(sql(txn, text, [ids.value(txn)?])).all(txn).await?)
}

/// What was said for a segment of the names that somebody has by now.
pub(super) async fn known_by_now(txn: &Txn, segment: SegmentId) -> Result<Vec<Waiting>, Fault> {
    let text = known_names("p.segment_id = $1");
    Ok(Waiting::find_by_statement(sql(txn, text, [segment.into()])).all(txn).await?)
}

async fn any_waiting(txn: &Txn) -> Result<bool, Fault> {
    let text = "SELECT 1 AS one FROM pushed_name LIMIT 1";
    Ok(txn.query_one_raw(sql(txn, text, [])).await?.is_some())
}

#[derive(Serialize)]
struct NamedRow<'a> {
    segment_id: i64,
    kind: &'a str,
    name: &'a str,
}

/// Forgets what was said of names.
pub(super) async fn forget_names(txn: &Txn, names: &[Waiting]) -> Result<(), Fault> {
    let rows: Vec<NamedRow<'_>> =
        names.iter().map(|one| NamedRow { segment_id: one.segment_id, kind: &one.kind, name: &one.name }).collect();
    let batch = Batch::new(&[("segment_id", Int), ("kind", Text), ("name", Text)], &rows);
    let text = format!(
        "DELETE FROM pushed_name WHERE (segment_id, kind, name) IN (SELECT segment_id, kind, name FROM {})",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

#[derive(Serialize)]
struct KnownRow<'a> {
    segment_id: i64,
    member_id: i64,
    belongs: bool,
    emitted_at: i64,
    pushed_on: &'a str,
}

/// Notes of members what was said of their names.
pub(super) async fn mark_known(txn: &Txn, known: &[&Waiting]) -> Result<(), Fault> {
    if known.is_empty() {
        return Ok(());
    }
    let rows: Vec<KnownRow<'_>> = known
        .iter()
        .map(|one| KnownRow {
            segment_id: one.segment_id,
            member_id: one.member_id,
            belongs: one.belongs,
            emitted_at: one.emitted_at,
            pushed_on: &one.pushed_on,
        })
        .collect();
    let columns =
        [("segment_id", Int), ("member_id", Int), ("belongs", Bool), ("emitted_at", Int), ("pushed_on", Text)];
    let batch = Batch::new(&columns, &rows);
    let text = format!(
        "INSERT INTO pushed_member (segment_id, member_id, belongs, emitted_at, pushed_on)
        SELECT segment_id, member_id, belongs, emitted_at, pushed_on FROM {} WHERE TRUE
        ON CONFLICT (segment_id, member_id) DO UPDATE SET belongs = excluded.belongs,
            emitted_at = excluded.emitted_at, pushed_on = excluded.pushed_on",
        batch.table(txn, 1)
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}
