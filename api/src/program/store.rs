//! The programme's row.

use entity::program;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

const THE_ROW: i64 = 1;

/// The row; none before the first start.
pub async fn row(db: &impl ConnectionTrait) -> Result<Option<program::Model>, DbErr> {
    program::Entity::find_by_id(THE_ROW).one(db).await
}

/// Writes the row of the first start, unless another process was first.
pub(super) async fn insert(db: &impl ConnectionTrait, row: program::Model) -> Result<(), DbErr> {
    let row = program::Model { id: THE_ROW, ..row }.into_active_model();
    let conflict = sea_orm::sea_query::OnConflict::column(program::Column::Id).do_nothing().to_owned();
    program::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}
