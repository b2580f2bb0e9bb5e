//! The SQL of partners.

use entity::ids::PartnerId;
use entity::{partner, push};
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, QueryFilter, QuerySelect};

use crate::db::Txn;

/// A statement over all partners, with their columns.
pub(super) fn select() -> SelectStatement {
    let mut select = Query::select().from(partner::Entity).to_owned();
    for column in partner::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), column.as_str());
    }
    select
}

/// A statement over a partner's pushes, with their columns.
pub(super) fn select_pushes(partner: PartnerId) -> SelectStatement {
    let mut select = Query::select().from(push::Entity).to_owned();
    for column in push::Column::iter() {
        select.expr_as(Expr::col(column.as_column_ref()), column.as_str());
    }
    select.and_where(push::Column::PartnerId.eq(partner)).to_owned()
}

/// Partners of ids, in no order.
pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: Vec<PartnerId>) -> Result<Vec<partner::Model>, DbErr> {
    partner::Entity::find().filter(partner::Column::Id.is_in(ids)).all(db).await
}

/// A partner, locked.
pub(super) async fn lock(txn: &Txn, id: PartnerId) -> Result<Option<partner::Model>, DbErr> {
    partner::Entity::find_by_id(id).lock_exclusive().one(txn).await
}

/// Writes a new partner; none where its key is taken.
pub(super) async fn insert(txn: &Txn, row: partner::ActiveModel) -> Result<Option<partner::Model>, DbErr> {
    let unless_taken = OnConflict::column(partner::Column::Key).do_nothing().to_owned();
    match partner::Entity::insert(row).on_conflict(unless_taken).exec_with_returning(txn).await {
        Ok(made) => Ok(Some(made)),
        Err(DbErr::RecordNotInserted | DbErr::RecordNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes what is set of a partner.
pub(super) async fn update(txn: &Txn, row: partner::ActiveModel) -> Result<partner::Model, DbErr> {
    partner::Entity::update(row).exec(txn).await
}
