//! Members, their labels, and the sums that are kept of each.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // The columns that end in _folded and search_words are twins made by the engine, for comparing and sorting.
    "CREATE TABLE member (
        id {id},
        number {text} NOT NULL CONSTRAINT member_number_unique UNIQUE,
        number_folded {text} NOT NULL,
        enrolled_at {int},
        first_name {text},
        last_name {text},
        name_folded {text} NOT NULL,
        search_words {text} NOT NULL,
        email {text},
        email_folded {text},
        phone {text},
        gender {text},
        birth_date {text},
        country {text},
        country_folded {text},
        region {text},
        city {text},
        city_folded {text},
        postal_code {text},
        street {text},
        tier {text},
        tier_folded {text},
        attributes {text} NOT NULL,
        marketing_consent {bool} NOT NULL,
        created_at {int} NOT NULL,
        updated_at {int} NOT NULL
    ) {table}",
    "CREATE INDEX member_by_number ON member (number_folded, id)",
    "CREATE INDEX member_by_name ON member (name_folded, id)",
    "CREATE INDEX member_by_email ON member (email_folded)",
    "CREATE INDEX member_by_created_at ON member (created_at, id)",
    "CREATE TABLE member_label (
        member_id {int} NOT NULL CONSTRAINT member_label_member REFERENCES member (id) ON DELETE CASCADE,
        position {int} NOT NULL,
        key {text} NOT NULL,
        key_folded {text} NOT NULL,
        value {text} NOT NULL,
        value_folded {text} NOT NULL,
        CONSTRAINT member_label_pk PRIMARY KEY (member_id, position)
    ) {table}",
    "CREATE INDEX member_label_by_value ON member_label (key_folded, value_folded, member_id)",
    // No foreign key: the row is made with its member, and `tessera verify` watches over it.
    "CREATE TABLE member_metrics (
        member_id {int} NOT NULL CONSTRAINT member_metrics_pk PRIMARY KEY,
        transactions {int} NOT NULL,
        spending {int} NOT NULL,
        spending_12m {int} NOT NULL,
        first_purchase_at {int},
        last_purchase_at {int},
        points_earned {int} NOT NULL,
        points_redeemed {int} NOT NULL,
        points_expired {int} NOT NULL,
        points_adjusted {int} NOT NULL,
        points_balance {int} NOT NULL
    ) {table}",
    "CREATE INDEX member_metrics_by_spending ON member_metrics (spending, member_id)",
    "CREATE INDEX member_metrics_by_transactions ON member_metrics (transactions, member_id)",
    "CREATE INDEX member_metrics_by_last_purchase_at ON member_metrics (last_purchase_at, member_id)",
    "CREATE INDEX member_metrics_by_points_balance ON member_metrics (points_balance, member_id)",
];

const DOWN: &[&str] = &["DROP TABLE member_metrics", "DROP TABLE member_label", "DROP TABLE member"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
