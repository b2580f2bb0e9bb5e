//! The SQL of what is kept of members.

use engine::groups::Worded;
use engine::insights::RfmScores;
use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::member::{Kept, Predicted};
use crate::db::Column::{Int, Text};
use crate::db::{Batch, Column, List, Txn, sql};
use crate::error::Fault;

/// How many rows one statement writes.
pub(super) const WRITTEN: usize = 5_000;
/// How many rows one statement reads.
const READ: u64 = 50_000;

#[derive(FromQueryResult)]
struct Row {
    member_id: i64,
    first_day: Option<i64>,
    last_day: Option<i64>,
    repeats: Option<i64>,
    predicted_clv: Option<i64>,
    order_probability: Option<i64>,
    expected_orders: Option<i64>,
    rhythm: Option<i64>,
    presence: String,
    rfm_group: String,
    recency_score: Option<i64>,
    frequency_score: Option<i64>,
    monetary_score: Option<i64>,
    value_group: String,
}

/// The same with words that live for ever, to be written.
#[derive(Serialize)]
struct NewRow {
    member_id: i64,
    first_day: Option<i32>,
    last_day: Option<i32>,
    repeats: Option<u32>,
    predicted_clv: Option<i64>,
    order_probability: Option<i64>,
    expected_orders: Option<i64>,
    rhythm: Option<i64>,
    presence: &'static str,
    rfm_group: &'static str,
    recency_score: Option<u8>,
    frequency_score: Option<u8>,
    monetary_score: Option<u8>,
    value_group: &'static str,
}

const COLUMNS: &[(&str, Column)] = &[
    ("member_id", Int),
    ("first_day", Int),
    ("last_day", Int),
    ("repeats", Int),
    ("predicted_clv", Int),
    ("order_probability", Int),
    ("expected_orders", Int),
    ("rhythm", Int),
    ("presence", Text),
    ("rfm_group", Text),
    ("recency_score", Int),
    ("frequency_score", Int),
    ("monetary_score", Int),
    ("value_group", Text),
];

impl Row {
    fn kept(self) -> Result<Kept, Fault> {
        let days = self.first_day.and_then(day).zip(self.last_day.and_then(day)).zip(self.repeats.and_then(count));
        let predicted = days.map(|((first_day, last_day), repeats)| Predicted {
            first_day,
            last_day,
            repeats,
            value: self.predicted_clv,
            order_probability: self.order_probability,
            expected_orders: self.expected_orders,
        });
        let scores = [self.recency_score, self.frequency_score, self.monetary_score].map(|score| score.and_then(small));
        let rfm_scores = match scores {
            [Some(recency), Some(frequency), Some(monetary)] => Some(RfmScores { recency, frequency, monetary }),
            _ => None,
        };
        Ok(Kept {
            member: self.member_id,
            predicted,
            rhythm: self.rhythm,
            presence: group(&self.presence)?,
            rfm_group: group(&self.rfm_group)?,
            rfm_scores,
            value_group: group(&self.value_group)?,
        })
    }
}

impl From<&Kept> for NewRow {
    fn from(kept: &Kept) -> Self {
        let (predicted, scores) = (kept.predicted.as_ref(), kept.rfm_scores.as_ref());
        Self {
            member_id: kept.member,
            first_day: predicted.map(|predicted| predicted.first_day),
            last_day: predicted.map(|predicted| predicted.last_day),
            repeats: predicted.map(|predicted| predicted.repeats),
            predicted_clv: predicted.and_then(|predicted| predicted.value),
            order_probability: predicted.and_then(|predicted| predicted.order_probability),
            expected_orders: predicted.and_then(|predicted| predicted.expected_orders),
            rhythm: kept.rhythm,
            presence: kept.presence.word(),
            rfm_group: kept.rfm_group.word(),
            recency_score: scores.map(|scores| scores.recency),
            frequency_score: scores.map(|scores| scores.frequency),
            monetary_score: scores.map(|scores| scores.monetary),
            value_group: kept.value_group.word(),
        }
    }
}

/// What is kept of everybody, rising by member.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Kept>, Fault> {
    let text = format!("SELECT * FROM member_value WHERE member_id > $1 ORDER BY member_id LIMIT {READ}");
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(i64::MIN, |kept: &Kept| kept.member);
        let rows = Row::find_by_statement(sql(db, text.as_str(), [after.into()])).all(db).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.reserve(rows.len());
        for row in rows {
            all.push(row.kept()?);
        }
    }
}

/// What is kept of some members.
pub(super) async fn of(db: &impl ConnectionTrait, members: &[MemberId]) -> Result<Vec<Kept>, Fault> {
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!("SELECT * FROM member_value WHERE member_id IN (SELECT id FROM {})", ids.table(db, 1));
    let rows = Row::find_by_statement(sql(db, text, [ids.value(db)?])).all(db).await?;
    rows.into_iter().map(Row::kept).collect()
}

/// Keeps what is new of some members.
pub(super) async fn write(txn: &Txn, members: &[Kept]) -> Result<(), Fault> {
    let rows: Vec<NewRow> = members.iter().map(NewRow::from).collect();
    let batch = Batch::new(COLUMNS, &rows);
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let set: Vec<String> = names[1..].iter().map(|name| format!("{name} = excluded.{name}")).collect();
    let text = format!(
        "INSERT INTO member_value ({0}) SELECT {0} FROM {1} WHERE TRUE ON CONFLICT (member_id) DO UPDATE SET {2}",
        names.join(", "),
        batch.table(txn, 1),
        set.join(", ")
    );
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// Keeps nothing more of some members.
pub(super) async fn remove(txn: &Txn, members: &[MemberId]) -> Result<(), Fault> {
    if members.is_empty() {
        return Ok(());
    }
    let ids = List::ids(members.iter().map(|member| member.0));
    let text = format!("DELETE FROM member_value WHERE member_id IN (SELECT id FROM {})", ids.table(txn, 1));
    txn.execute_raw(sql(txn, text, [ids.value(txn)?])).await?;
    Ok(())
}

/// Keeps nothing of whoever was erased, or deleted.
pub(super) async fn remove_unknown(txn: &Txn) -> Result<(), Fault> {
    let text = "DELETE FROM member_value WHERE NOT EXISTS (SELECT 1 FROM member AS m
        WHERE m.id = member_value.member_id AND m.erased_at IS NULL)";
    txn.execute_raw(sql(txn, text, [])).await?;
    Ok(())
}

fn group<T: Worded>(word: &str) -> Result<T, Fault> {
    T::of_word(word).ok_or_else(|| Fault::new(format!("a member's value has the group {word}")))
}

fn day(number: i64) -> Option<i32> {
    i32::try_from(number).ok()
}

fn count(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

fn small(number: i64) -> Option<u8> {
    u8::try_from(number).ok()
}
