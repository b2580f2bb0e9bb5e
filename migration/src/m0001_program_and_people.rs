//! The programme (one row), the people who sign in, and their sessions.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // figures_on: the local day for which the 12-month figures hold; figures_at: when they were rolled to it.
    "CREATE TABLE program (
        id {int} CONSTRAINT program_pk PRIMARY KEY CONSTRAINT program_one_row CHECK (id = 1),
        name {text} NOT NULL,
        currency_code {text} NOT NULL,
        time_zone {text} NOT NULL,
        launched_on {text} NOT NULL,
        gross_margin {text} NOT NULL,
        reward_cost_per_point {text} NOT NULL,
        return_handling_cost {text} NOT NULL,
        figures_on {text} NOT NULL,
        figures_at {int} NOT NULL
    ) {table}",
    "CREATE TABLE \"user\" (
        id {id},
        email {text} NOT NULL,
        email_folded {text} NOT NULL CONSTRAINT user_email_unique UNIQUE,
        name {text} NOT NULL,
        role {text} NOT NULL,
        password_hash {text} NOT NULL,
        active {bool} NOT NULL,
        created_at {int} NOT NULL,
        last_sign_in_at {int}
    ) {table}",
    // family names the session in tokens; refresh_hash is that of the one refresh token that works now.
    "CREATE TABLE session (
        id {id},
        family {text} NOT NULL CONSTRAINT session_family_unique UNIQUE,
        user_id {int} NOT NULL CONSTRAINT session_of_user REFERENCES \"user\" (id) ON DELETE CASCADE,
        refresh_hash {text} NOT NULL,
        created_at {int} NOT NULL,
        refreshed_at {int} NOT NULL,
        expires_at {int} NOT NULL,
        ended_at {int}
    ) {table}",
    "CREATE INDEX session_by_user ON session (user_id)",
];

const DOWN: &[&str] = &["DROP TABLE session", "DROP TABLE \"user\"", "DROP TABLE program"];

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
