//! The SQL of segments.

use std::collections::{HashMap, HashSet};

use engine::money::quotient;
use entity::ids::{PartnerId, SegmentId};
use entity::kinds::SegmentKind;
use entity::{segment, segment_evaluation, segment_stats};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect,
};

use super::SegmentRef;
use crate::db::{List, Txn, for_share, for_update, row_by_place, sql};
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

/// A segment by id.
pub(super) async fn segment(db: &impl ConnectionTrait, id: SegmentId) -> Result<Option<segment::Model>, DbErr> {
    segment::Entity::find_by_id(id).one(db).await
}

/// A segment by key.
pub(super) async fn segment_by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<segment::Model>, DbErr> {
    segment::Entity::find().filter(segment::Column::Key.eq(key)).one(db).await
}

/// How a segment is held while a transaction works on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Kept from being changed or removed, together with others who do the same.
    Kept,
    /// For this transaction alone.
    Locked,
}

/// The segment of an id, held until the transaction ends.
pub(super) async fn hold(txn: &Txn, id: SegmentId, hold: Hold) -> Result<Option<segment::Model>, DbErr> {
    let clause = if hold == Hold::Kept { for_share(txn) } else { for_update(txn) };
    let text = format!("SELECT * FROM segment WHERE id = $1{clause}");
    segment::Model::find_by_statement(sql(txn, text, [id.into()])).one(txn).await
}

/// Writes a new segment; none where its key is taken, also by another operation that has just ended.
pub(super) async fn insert(txn: &Txn, row: segment::ActiveModel) -> Result<Option<segment::Model>, DbErr> {
    let unless_taken = OnConflict::column(segment::Column::Key).do_nothing().to_owned();
    match segment::Entity::insert(row).on_conflict(unless_taken).exec_with_returning(txn).await {
        Ok(made) => Ok(Some(made)),
        Err(DbErr::RecordNotInserted | DbErr::RecordNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The keys that begin with a slug.
pub(super) async fn keys_like(txn: &Txn, slug: &str) -> Result<HashSet<String>, Fault> {
    // A slug holds no sign that LIKE reads as a pattern; a long one is cut for its number.
    let start: String = slug.chars().take(50).collect();
    let keys = segment::Entity::find()
        .select_only()
        .column(segment::Column::Key)
        .filter(segment::Column::Key.starts_with(start));
    Ok(keys.into_tuple::<String>().all(txn).await?.into_iter().collect())
}

/// Gives a segment the pins of another.
pub(super) async fn copy_pins(txn: &Txn, from: SegmentId, to: SegmentId, actor: &str, at: i64) -> Result<(), Fault> {
    let text = "INSERT INTO segment_pin (segment_id, member_id, pinned_in, note, actor, at)
        SELECT $2, member_id, pinned_in, note, $3, $4 FROM segment_pin WHERE segment_id = $1 ORDER BY member_id";
    txn.execute_raw(sql(txn, text, [from.into(), to.into(), actor.into(), at.into()])).await?;
    Ok(())
}

/// Writes what is set of a segment; the violated constraint where its name is taken.
pub(super) async fn update(txn: &Txn, row: segment::ActiveModel) -> Result<segment::Model, DbErr> {
    segment::Entity::update(row).exec(txn).await
}

/// Removes a segment with its memberships, stays, pins, evaluation, what was pushed, figures, days and tags.
pub(super) async fn remove(txn: &Txn, segment: SegmentId) -> Result<(), Fault> {
    for table in [
        "segment_member",
        "segment_past",
        "segment_pin",
        "segment_reference",
        "pushed_member",
        "pushed_name",
        "segment_evaluation",
        "segment_stats",
        "segment_day",
        "segment_tag",
    ] {
        let text = format!("DELETE FROM {table} WHERE segment_id = $1");
        txn.execute_raw(sql(txn, text, [segment.into()])).await?;
    }
    segment::Entity::delete_by_id(segment).exec(txn).await?;
    Ok(())
}
