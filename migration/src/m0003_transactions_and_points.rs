//! What members do: documents with their lines, and the points ledger.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // returns and returned: how many returns name this sale and what they take back; purchase follows from them.
    // body: a hash of what was sent, so that a repeat is told from another body. Both serve sales and returns alike.
    "CREATE TABLE \"transaction\" (
        id {id},
        source {text} NOT NULL,
        document {text} NOT NULL,
        kind {text} NOT NULL,
        member_id {int},
        amount {int} NOT NULL,
        at {int} NOT NULL,
        channel {text},
        location {text},
        labels {text} NOT NULL,
        returns_document {text},
        returns {int} NOT NULL,
        returned {int} NOT NULL,
        purchase {bool} NOT NULL,
        body {int} NOT NULL,
        CONSTRAINT transaction_document_unique UNIQUE (source, document)
    ) {table}",
    "CREATE INDEX transaction_by_member ON \"transaction\" (member_id, at, id)",
    "CREATE INDEX transaction_by_at ON \"transaction\" (at)",
    "CREATE INDEX transaction_by_returned ON \"transaction\" (source, returns_document)
        WHERE returns_document IS NOT NULL",
    "CREATE TABLE transaction_item (
        transaction_id {int} NOT NULL,
        position {int} NOT NULL,
        sku {text} NOT NULL,
        name {text},
        brand {text},
        category {text},
        quantity {text} NOT NULL,
        amount {int} NOT NULL,
        CONSTRAINT transaction_item_pk PRIMARY KEY (transaction_id, position)
    ) {table}",
    "CREATE TABLE points_entry (
        id {id},
        member_id {int} NOT NULL,
        document {text} NOT NULL,
        kind {text} NOT NULL,
        points {int} NOT NULL,
        at {int} NOT NULL,
        origin {text},
        CONSTRAINT points_entry_document_unique UNIQUE (member_id, document)
    ) {table}",
    "CREATE INDEX points_entry_by_member ON points_entry (member_id, at, id)",
];

const DOWN: &[&str] = &["DROP TABLE points_entry", "DROP TABLE transaction_item", "DROP TABLE \"transaction\""];

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
