//! What members are worth: the models, and what the nightly analyses keep of each member.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    // One row an analysis; the newest one holds. as_of: the day at whose end the model looked at the customers; groups_on: that
    // for which groups are told. The four behind say what it was reckoned with: once the programme says something else, it is old.
    // model: null where refused says why there is none.
    "CREATE TABLE value_model (
        id {id},
        fitted_at {int} NOT NULL,
        as_of {text} NOT NULL,
        groups_on {text} NOT NULL,
        time_zone {text} NOT NULL,
        gross_margin {text} NOT NULL,
        reward_cost_per_point {text} NOT NULL,
        return_handling_cost {text} NOT NULL,
        model {text},
        refused {text},
        bounds {text} NOT NULL,
        figures {text} NOT NULL,
        duration_ms {int} NOT NULL,
        CONSTRAINT value_model_or_why CHECK ((model IS NULL) <> (refused IS NULL))
    ) {table}",
    // Days are counted from 1970-01-01. The first four are those of the model, for whoever bought by its day. Chances and
    // orders are in ten-thousandths, the rhythm in half days.
    "CREATE TABLE member_value (
        member_id {int} NOT NULL CONSTRAINT member_value_pk PRIMARY KEY,
        first_day {int},
        last_day {int},
        repeats {int},
        predicted_clv {int},
        order_probability {int},
        expected_orders {int},
        rhythm {int},
        presence {text} NOT NULL,
        rfm_group {text} NOT NULL,
        recency_score {int},
        frequency_score {int},
        monetary_score {int},
        value_group {text} NOT NULL
    ) {table}",
    // Over the members of whom a model says something.
    "ALTER TABLE segment_stats ADD COLUMN predicted_members {int} NOT NULL DEFAULT 0",
    "ALTER TABLE segment_stats ADD COLUMN predicted_value {int} NOT NULL DEFAULT 0",
    // While it differs from gross_margin, rules still decide by the margin before.
    "ALTER TABLE program ADD COLUMN decided_margin {text} NOT NULL DEFAULT ''",
    "UPDATE program SET decided_margin = gross_margin",
];

const DOWN: &[&str] = &[
    "ALTER TABLE program DROP COLUMN decided_margin",
    "ALTER TABLE segment_stats DROP COLUMN predicted_value",
    "ALTER TABLE segment_stats DROP COLUMN predicted_members",
    "DROP TABLE member_value",
    "DROP TABLE value_model",
];

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
