//! The SQL of pushes.

use entity::ids::{PartnerId, PushId};
use entity::push;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::db::{Txn, sql};
use crate::error::Fault;

/// The push of a key.
pub(super) async fn by_key(txn: &Txn, partner: PartnerId, key: &str) -> Result<Option<push::Model>, DbErr> {
    let of = push::Entity::find().filter(push::Column::PartnerId.eq(partner));
    of.filter(push::Column::IdempotencyKey.eq(key)).one(txn).await
}

/// A push.
pub(super) async fn by_id(db: &impl ConnectionTrait, id: PushId) -> Result<Option<push::Model>, DbErr> {
    push::Entity::find_by_id(id).one(db).await
}

/// Writes what came of a push; none where its key is taken.
pub(super) async fn insert(txn: &Txn, row: push::ActiveModel) -> Result<Option<push::Model>, DbErr> {
    let unless_taken =
        OnConflict::columns([push::Column::PartnerId, push::Column::IdempotencyKey]).do_nothing().to_owned();
    match push::Entity::insert(row).on_conflict(unless_taken).exec_with_returning(txn).await {
        Ok(made) => Ok(Some(made)),
        Err(DbErr::RecordNotInserted | DbErr::RecordNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Forgets some of the pushes that came before an instant, and answers how many.
pub(super) async fn forget(db: &impl ConnectionTrait, before: i64, at_once: i64) -> Result<u64, Fault> {
    let text =
        "DELETE FROM push WHERE id IN (SELECT id FROM push WHERE received_at < $1 ORDER BY received_at LIMIT $2)";
    Ok(db.execute_raw(sql(db, text, [before.into(), at_once.into()])).await?.rows_affected())
}
