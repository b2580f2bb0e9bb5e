//! The SQL of partners' tokens.

use std::collections::HashMap;

use entity::ids::{PartnerId, PartnerTokenId};
use entity::{partner, partner_token};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::tokens::is_usable;
use crate::db::{Txn, sql};
use crate::error::Fault;

/// Writes a new token.
pub(super) async fn insert(txn: &Txn, row: partner_token::ActiveModel) -> Result<partner_token::Model, DbErr> {
    partner_token::Entity::insert(row).exec_with_returning(txn).await
}

/// A token, locked.
pub(super) async fn lock(txn: &Txn, id: PartnerTokenId) -> Result<Option<partner_token::Model>, DbErr> {
    partner_token::Entity::find_by_id(id).lock_exclusive().one(txn).await
}

/// Writes that a token was revoked.
pub(super) async fn revoke(txn: &Txn, id: PartnerTokenId, now: i64) -> Result<partner_token::Model, DbErr> {
    let row = partner_token::ActiveModel { id: Set(id), revoked_at: Set(Some(now)), ..Default::default() };
    partner_token::Entity::update(row).exec(txn).await
}

/// A token and its partner, if both work at an instant.
pub(super) async fn usable(
    db: &impl ConnectionTrait,
    id: PartnerTokenId,
    now: i64,
) -> Result<Option<(partner_token::Model, partner::Model)>, DbErr> {
    let Some(token) = by_id(db, id).await?.filter(|token| is_usable(token, now)) else { return Ok(None) };
    let partner = partner::Entity::find_by_id(token.partner_id).one(db).await?;
    Ok(partner.filter(|partner| partner.active).map(|partner| (token, partner)))
}

/// Notes that a token is in use.
pub(super) async fn note_use(db: &impl ConnectionTrait, id: PartnerTokenId, now: i64) -> Result<(), Fault> {
    let text = "UPDATE partner_token SET last_used_at = $2 WHERE id = $1";
    db.execute_raw(sql(db, text, [id.into(), now.into()])).await?;
    Ok(())
}

/// A token.
pub(super) async fn by_id(
    db: &impl ConnectionTrait,
    id: PartnerTokenId,
) -> Result<Option<partner_token::Model>, DbErr> {
    partner_token::Entity::find_by_id(id).one(db).await
}

/// The tokens of partners, the oldest first.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    partners: &[PartnerId],
) -> Result<HashMap<PartnerId, Vec<partner_token::Model>>, DbErr> {
    let rows = partner_token::Entity::find()
        .filter(partner_token::Column::PartnerId.is_in(partners.iter().copied()))
        .order_by_asc(partner_token::Column::Id);
    let mut tokens: HashMap<PartnerId, Vec<partner_token::Model>> = HashMap::new();
    for row in rows.all(db).await? {
        tokens.entry(row.partner_id).or_default().push(row);
    }
    Ok(tokens)
}
