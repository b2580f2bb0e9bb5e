//! People who sign in.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;
use crate::kinds::Role;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: UserId,
    pub email: String,
    pub email_folded: String,
    pub name: String,
    pub role: Role,
    /// Argon2id in PHC form.
    pub password_hash: String,
    pub active: bool,
    pub created_at: i64,
    pub last_sign_in_at: Option<i64>,
    /// The outside issuer with whom the person signs in, and its name for the person; null: a password of ours.
    pub issuer: Option<String>,
    pub subject: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
