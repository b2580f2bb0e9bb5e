//! The loyalty programme: one row, id 1.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "program")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub name: String,
    /// ISO 4217.
    pub currency_code: String,
    /// IANA name.
    pub time_zone: String,
    /// ISO date.
    pub launched_on: String,
    /// Decimal between 0 and 1.
    pub gross_margin: String,
    /// Decimal in the programme's currency.
    pub reward_cost_per_point: String,
    /// Decimal in the programme's currency.
    pub return_handling_cost: String,
    /// The local day for which the 12-month figures hold, as an ISO date.
    pub figures_on: String,
    /// When they were rolled to that day.
    pub figures_at: i64,
    /// The zone of that day; while it differs from the zone above, a job is about to reckon anew.
    pub figures_zone: String,
    /// The local day for which everybody was last decided, as an ISO date.
    pub decided_on: String,
    /// The zone of that day.
    pub decided_zone: String,
    /// The gross margin by which rules decide; while it differs from the one above, a job is about to decide anew.
    pub decided_margin: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
