//! Tokens by which partner systems call.

use sea_orm::entity::prelude::*;

use crate::ids::{PartnerId, PartnerTokenId};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_token")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PartnerTokenId,
    pub partner_id: PartnerId,
    pub name: String,
    /// Words of [`crate::kinds::Scope`], a blank between them.
    pub scopes: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
