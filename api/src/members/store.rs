//! The SQL of members.

use std::collections::HashMap;

use engine::text::fold;
use entity::ids::MemberId;
use entity::{member, member_label, member_metrics};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult};
use serde::Serialize;

use super::{LabelInput, MemberRow, columns};
use crate::db::Column::{Bool, Int, Text};
use crate::db::{Batch, Column, List, Txn, for_update, sql};
use crate::error::Fault;

#[derive(FromQueryResult)]
struct Found {
    name: String,
    id: MemberId,
}

/// The members of numbers.
pub(super) async fn ids_by_number(
    db: &impl ConnectionTrait,
    numbers: Vec<String>,
) -> Result<HashMap<String, MemberId>, Fault> {
    let found = ids_by(db, numbers, "number").await?;
    Ok(found.into_iter().map(|found| (found.name, found.id)).collect())
}

/// The members of folded e-mails; one that several have comes several times.
pub(super) async fn ids_by_email(
    db: &impl ConnectionTrait,
    emails: Vec<String>,
) -> Result<Vec<(String, MemberId)>, Fault> {
    let found = ids_by(db, emails, "email_folded").await?;
    Ok(found.into_iter().map(|found| (found.name, found.id)).collect())
}

async fn ids_by(db: &impl ConnectionTrait, names: Vec<String>, column: &str) -> Result<Vec<Found>, Fault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let names = List::texts(names);
    let text = format!(
        "SELECT m.{column} AS name, m.id FROM {} JOIN member AS m ON m.{column} = list.it
        WHERE m.erased_at IS NULL",
        names.table(db, 1)
    );
    Ok(Found::find_by_statement(sql(db, text, [names.value(db)?])).all(db).await?)
}

/// Which of these ids are members, and whether each was erased.
pub(super) async fn ids_known(db: &impl ConnectionTrait, ids: Vec<i64>) -> Result<HashMap<MemberId, bool>, Fault> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = List::ids(ids);
    let text = format!("SELECT m.id, m.erased_at FROM {} JOIN member AS m ON m.id = list.id", ids.table(db, 1));
    let rows = db.query_all_raw(sql(db, text, [ids.value(db)?])).await?;
    let known =
        |row: &QueryResult| Ok((row.try_get("", "id")?, row.try_get::<Option<i64>>("", "erased_at")?.is_some()));
    Ok(rows.iter().map(known).collect::<Result<_, sea_orm::DbErr>>()?)
}

/// The rows of numbers, locked in the order of their ids.
pub(super) async fn lock_by_number(txn: &Txn, numbers: Vec<String>) -> Result<Vec<member::Model>, Fault> {
    let numbers = List::texts(numbers);
    let text = format!(
        "SELECT * FROM member WHERE number IN (SELECT it FROM {}) ORDER BY id{}",
        numbers.table(txn, 1),
        for_update(txn)
    );
    Ok(member::Model::find_by_statement(sql(txn, text, [numbers.value(txn)?])).all(txn).await?)
}

/// The labels of members, in their order.
pub(super) async fn labels_of(
    db: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<LabelInput>>, Fault> {
    let mut labels: HashMap<MemberId, Vec<LabelInput>> = HashMap::new();
    // A page of members and a chunk of an import are both below the number of values that a statement may bind.
    for members in members.chunks(10_000) {
        let rows = member_label::Entity::find()
            .filter(member_label::Column::MemberId.is_in(members.iter().copied()))
            .order_by_asc(member_label::Column::MemberId)
            .order_by_asc(member_label::Column::Position);
        for row in rows.all(db).await? {
            labels.entry(row.member_id).or_default().push(LabelInput { key: row.key, value: row.value });
        }
    }
    Ok(labels)
}

const MEMBER: &[(&str, Column)] = &[
    ("id", Int),
    ("number", Text),
    ("number_folded", Text),
    ("enrolled_at", Int),
    ("first_name", Text),
    ("last_name", Text),
    ("name_folded", Text),
    ("search_words", Text),
    ("email", Text),
    ("email_folded", Text),
    ("phone", Text),
    ("gender", Text),
    ("birth_date", Text),
    ("country", Text),
    ("country_folded", Text),
    ("region", Text),
    ("city", Text),
    ("city_folded", Text),
    ("postal_code", Text),
    ("street", Text),
    ("tier", Text),
    ("tier_folded", Text),
    ("attributes", Text),
    ("marketing_consent", Bool),
    ("created_at", Int),
    ("updated_at", Int),
];

fn names(columns: &[(&str, Column)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Writes new members and answers their ids by number; those that another operation made meanwhile are missing.
pub(super) async fn insert(txn: &Txn, rows: &[&member::Model]) -> Result<HashMap<String, MemberId>, Fault> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let batch = Batch::new(MEMBER, rows);
    let columns = names(&MEMBER[1..]);
    let text = format!(
        "INSERT INTO member ({columns}) SELECT {columns} FROM {} WHERE TRUE ON CONFLICT (number) DO NOTHING
        RETURNING number AS name, id",
        batch.table(txn, 1)
    );
    let made = Found::find_by_statement(sql(txn, text, [batch.value()?])).all(txn).await?;
    Ok(made.into_iter().map(|made| (made.name, made.id)).collect())
}

/// Writes changed members.
pub(super) async fn update(txn: &Txn, rows: &[&member::Model]) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let batch = Batch::new(MEMBER, rows);
    let set: Vec<String> = MEMBER[2..].iter().map(|(name, _)| format!("{name} = batch.{name}")).collect();
    let text = format!("UPDATE member SET {} FROM {} WHERE member.id = batch.id", set.join(", "), batch.table(txn, 1));
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

#[derive(Serialize)]
struct LabelRow<'a> {
    member_id: i64,
    position: usize,
    key: &'a str,
    key_folded: String,
    value: &'a str,
    value_folded: String,
}

const LABEL: &[(&str, Column)] = &[
    ("member_id", Int),
    ("position", Int),
    ("key", Text),
    ("key_folded", Text),
    ("value", Text),
    ("value_folded", Text),
];

/// Puts labels in the place of those before.
pub(super) async fn write_labels(txn: &Txn, labels: &[(MemberId, &[LabelInput])]) -> Result<(), Fault> {
    if labels.is_empty() {
        return Ok(());
    }
    let members = List::ids(labels.iter().map(|(member, _)| member.0));
    let text = format!("DELETE FROM member_label WHERE member_id IN (SELECT id FROM {})", members.table(txn, 1));
    txn.execute_raw(sql(txn, text, [members.value(txn)?])).await?;
    let row = |member: &MemberId, (position, label): (usize, &'_ LabelInput)| (member.0, position, label.clone());
    let rows: Vec<_> =
        labels.iter().flat_map(|(id, all)| all.iter().enumerate().map(move |one| row(id, one))).collect();
    let rows: Vec<LabelRow<'_>> = rows
        .iter()
        .map(|(member_id, position, label)| LabelRow {
            member_id: *member_id,
            position: *position,
            key: &label.key,
            key_folded: fold(&label.key),
            value: &label.value,
            value_folded: fold(&label.value),
        })
        .collect();
    let batch = Batch::new(LABEL, &rows);
    let columns = names(LABEL);
    let text = format!("INSERT INTO member_label ({columns}) SELECT {columns} FROM {}", batch.table(txn, 1));
    txn.execute_raw(sql(txn, text, [batch.value()?])).await?;
    Ok(())
}

/// A statement over members and their sums, without columns.
pub(super) fn select() -> SelectStatement {
    Query::select()
        .from(member::Entity)
        .join(
            JoinType::InnerJoin,
            member_metrics::Entity,
            Expr::col((member_metrics::Entity, member_metrics::Column::MemberId))
                .equals((member::Entity, member::Column::Id)),
        )
        .to_owned()
}

/// The members of ids, in no order.
pub(super) async fn rows_of(db: &impl ConnectionTrait, ids: Vec<MemberId>) -> Result<Vec<MemberRow>, Fault> {
    let mut select = select();
    columns(&mut select);
    select.and_where(member::Column::Id.is_in(ids));
    let statement = db.get_database_backend().build(&select);
    Ok(MemberRow::find_by_statement(statement).all(db).await?)
}
