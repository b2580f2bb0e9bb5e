//! The SQL of segments.

use std::collections::HashMap;

use engine::money::quotient;
use entity::ids::{PartnerId, SegmentId};
use entity::kinds::SegmentKind;
use entity::{segment, segment_evaluation, segment_stats};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect,
};

use super::SegmentRef;
use crate::db::{List, Txn, for_share, row_by_place, sql};
use crate::error::Fault;

/// A segment with its figures, as it is shown: what always goes together.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRow {
    /// What it is.
    pub segment: Shown,
    /// Its figures.
    pub stats: Figures,
}

row_by_place! {
    /// What is shown of a segment.
    pub struct Shown of segment::Column {
        id: SegmentId = Id,
        key: String = Key,
        name: String = Name,
        description: Option<String> = Description,
        kind: SegmentKind = Kind,
        active: bool = Active,
        frozen_at: Option<i64> = FrozenAt,
        version: i64 = Version,
        created_at: i64 = CreatedAt,
        created_by: Option<String> = CreatedBy,
        updated_at: i64 = UpdatedAt,
        partner_id: Option<PartnerId> = PartnerId,
        external_url: Option<String> = ExternalUrl,
        expires_after_days: Option<i64> = ExpiresAfterDays,
    }

    /// What is shown of a segment's figures; amounts in minor units.
    pub struct Figures of segment_stats::Column {
        members: i64 = Members,
        reachable: i64 = Reachable,
        average_transaction_value: Option<i64> = AverageTransactionValue,
        average_transactions: Option<f64> = AverageTransactions,
        average_spending: Option<i64> = AverageSpending,
        average_clv: Option<i64> = AverageClv,
        predicted_members: i64 = PredictedMembers,
        predicted_value: i64 = PredictedValue,
        stats_at: i64 = StatsAt,
    }
}

impl Figures {
    /// The mean of what the value model predicts, over the members of whom it says something; none where there are none.
    pub fn average_predicted_clv(&self) -> Option<i64> {
        quotient(self.predicted_value.into(), self.predicted_members.into())
    }
}

impl FromQueryResult for SegmentRow {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self { segment: Shown::at(row, 0)?, stats: Figures::at(row, Shown::COLUMNS.len())? })
    }
}

/// A statement over segments and their figures, without columns.
pub(super) fn select() -> SelectStatement {
    Query::select()
        .from(segment::Entity)
        .join(
            JoinType::InnerJoin,
            segment_stats::Entity,
            Expr::col((segment_stats::Entity, segment_stats::Column::SegmentId))
                .equals((segment::Entity, segment::Column::Id)),
        )
        .to_owned()
}

/// Adds the columns of [`SegmentRow`], the first of the statement.
pub(super) fn columns(select: &mut SelectStatement) {
    Shown::select(select);
    Figures::select(select);
}

/// The segments of ids, with their figures, in no order.
pub(super) async fn rows_of(db: &impl ConnectionTrait, ids: Vec<SegmentId>) -> Result<Vec<SegmentRow>, Fault> {
    rows(db, Some(segment::Column::Id.is_in(ids))).await
}

/// The segment of a key, with its figures, if there is one.
pub(super) async fn row_of_key(db: &impl ConnectionTrait, key: &str) -> Result<Vec<SegmentRow>, Fault> {
    rows(db, Some(segment::Column::Key.eq(key))).await
}

/// Every segment with its figures, in no order.
pub(super) async fn all_rows(db: &impl ConnectionTrait) -> Result<Vec<SegmentRow>, Fault> {
    rows(db, None).await
}

async fn rows(db: &impl ConnectionTrait, condition: Option<Expr>) -> Result<Vec<SegmentRow>, Fault> {
    let mut select = select();
    columns(&mut select);
    if let Some(condition) = condition {
        select.and_where(condition);
    }
    let statement = db.get_database_backend().build(&select);
    Ok(SegmentRow::find_by_statement(statement).all(db).await?)
}

/// The ids and keys of the segments that references name.
pub(super) async fn named(
    db: &impl ConnectionTrait,
    references: &[SegmentRef],
) -> Result<Vec<(SegmentId, String)>, DbErr> {
    let ids = references.iter().filter_map(|reference| match reference {
        SegmentRef::Id(id) => Some(*id),
        _ => None,
    });
    let keys = references.iter().filter_map(|reference| match reference {
        SegmentRef::Key(key) if engine::text::is_segment_key(key) => Some(key.as_str()),
        _ => None,
    });
    let either = Condition::any().add(segment::Column::Id.is_in(ids)).add(segment::Column::Key.is_in(keys));
    let found = segment::Entity::find().select_only().columns([segment::Column::Id, segment::Column::Key]);
    found.filter(either).into_tuple().all(db).await
}

/// What a rule asks of a segment that it names.
#[derive(FromQueryResult)]
pub(super) struct State {
    pub(super) id: SegmentId,
    pub(super) key: String,
    pub(super) active: bool,
}

/// The segments that references name, kept from being changed.
pub(super) async fn named_states(txn: &Txn, references: &[SegmentRef]) -> Result<Vec<State>, Fault> {
    states_by(txn, references, for_share(txn)).await
}

/// The segments that references name, as they are at the moment.
pub(super) async fn states(db: &impl ConnectionTrait, references: &[SegmentRef]) -> Result<Vec<State>, Fault> {
    states_by(db, references, "").await
}

async fn states_by(db: &impl ConnectionTrait, references: &[SegmentRef], clause: &str) -> Result<Vec<State>, Fault> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let ids = List::ids(named(db, references).await?.into_iter().map(|(id, _)| id.0));
    let table = ids.table(db, 1);
    let text = format!("SELECT id, key, active FROM segment WHERE id IN (SELECT id FROM {table}) ORDER BY id{clause}");
    Ok(State::find_by_statement(sql(db, text, [ids.value(db)?])).all(db).await?)
}

/// The keys of segments.
pub(super) async fn keys(db: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<HashMap<SegmentId, String>, Fault> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = segment::Entity::find().select_only().columns([segment::Column::Id, segment::Column::Key]);
    let found = found.filter(segment::Column::Id.is_in(ids.iter().copied()));
    Ok(found.into_tuple::<(SegmentId, String)>().all(db).await?.into_iter().collect())
}

/// The keys and names of segments.
pub(super) async fn keys_and_names(
    db: &impl ConnectionTrait,
    ids: &[SegmentId],
) -> Result<HashMap<SegmentId, (String, String)>, Fault> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = [segment::Column::Id, segment::Column::Key, segment::Column::Name];
    let found = segment::Entity::find().select_only().columns(columns);
    let found = found.filter(segment::Column::Id.is_in(ids.iter().copied()));
    let rows = found.into_tuple::<(SegmentId, String, String)>().all(db).await?;
    Ok(rows.into_iter().map(|(id, key, name)| (id, (key, name))).collect())
}

/// The rules of those segments that have one, and whether each is active.
pub(super) async fn rules(
    db: &impl ConnectionTrait,
    ids: &[SegmentId],
) -> Result<Vec<(SegmentId, bool, String)>, Fault> {
    let columns = [segment::Column::Id, segment::Column::Active, segment::Column::Rule];
    let found = segment::Entity::find().select_only().columns(columns);
    let found = found.filter(segment::Column::Id.is_in(ids.iter().copied()));
    let rows = found.into_tuple::<(SegmentId, bool, Option<String>)>().all(db).await?;
    Ok(rows.into_iter().filter_map(|(id, active, rule)| Some((id, active, rule?))).collect())
}

/// How the latest evaluations of segments went.
pub(super) async fn evaluations(
    db: &impl ConnectionTrait,
    ids: &[SegmentId],
) -> Result<HashMap<SegmentId, segment_evaluation::Model>, Fault> {
    let of = segment_evaluation::Column::SegmentId.is_in(ids.iter().copied());
    let rows = segment_evaluation::Entity::find().filter(of).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.segment_id, row)).collect())
}

/// Which segments' rules name each of some segments: named, then naming.
pub(super) async fn naming(db: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<Vec<(SegmentId, SegmentId)>, Fault> {
    let list = List::ids(ids.iter().map(|id| id.0));
    let text = format!(
        "SELECT names, segment_id FROM segment_reference WHERE names IN (SELECT id FROM {}) ORDER BY names, segment_id",
        list.table(db, 1)
    );
    let rows = db.query_all_raw(sql(db, text, [list.value(db)?])).await?;
    let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    Ok(rows.iter().map(pair).collect::<Result<_, DbErr>>()?)
}
