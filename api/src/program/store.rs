//! The programme's row.

use entity::program;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel};

use crate::db::{Txn, for_update, sql};

const THE_ROW: i64 = 1;

/// The row; none before the first start.
pub async fn row(db: &impl ConnectionTrait) -> Result<Option<program::Model>, DbErr> {
    program::Entity::find_by_id(THE_ROW).one(db).await
}

/// The row, kept from being read for a change by any other transaction until this one ends.
pub(super) async fn lock(txn: &Txn) -> Result<Option<program::Model>, DbErr> {
    let text = format!("SELECT * FROM program WHERE id = $1{}", for_update(txn));
    program::Model::find_by_statement(sql(txn, text, [THE_ROW.into()])).one(txn).await
}

/// Writes what people may change of the row.
pub(super) async fn update(txn: &Txn, row: &program::Model) -> Result<(), DbErr> {
    let text = "UPDATE program SET name = $2, time_zone = $3, launched_on = $4, gross_margin = $5,
        reward_cost_per_point = $6, return_handling_cost = $7 WHERE id = $1";
    let values = [
        THE_ROW.into(),
        row.name.as_str().into(),
        row.time_zone.as_str().into(),
        row.launched_on.as_str().into(),
        row.gross_margin.as_str().into(),
        row.reward_cost_per_point.as_str().into(),
        row.return_handling_cost.as_str().into(),
    ];
    txn.execute_raw(sql(txn, text, values)).await?;
    Ok(())
}

/// Writes the row of the first start, unless another process was first.
pub(super) async fn insert(db: &impl ConnectionTrait, row: program::Model) -> Result<(), DbErr> {
    let row = program::Model { id: THE_ROW, ..row }.into_active_model();
    let conflict = sea_orm::sea_query::OnConflict::column(program::Column::Id).do_nothing().to_owned();
    program::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}
