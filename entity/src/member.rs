//! Customers known by a number of the shop's own.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::ids::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: MemberId,
    pub number: String,
    pub number_folded: String,
    /// Null: an identified guest.
    pub enrolled_at: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub name_folded: String,
    /// The folded words of number, name and e-mail, each after a blank.
    pub search_words: String,
    pub email: Option<String>,
    pub email_folded: Option<String>,
    pub phone: Option<String>,
    pub gender: Option<String>,
    /// ISO date.
    pub birth_date: Option<String>,
    pub country: Option<String>,
    pub country_folded: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub city_folded: Option<String>,
    pub postal_code: Option<String>,
    pub street: Option<String>,
    pub tier: Option<String>,
    pub tier_folded: Option<String>,
    /// A JSON object.
    pub attributes: String,
    pub marketing_consent: bool,
    pub created_at: i64,
    pub updated_at: i64,
    /// Set: the person was erased, and nothing else stands in the row.
    pub erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
