//! The programme as the schema shows it.

pub(super) mod money;
mod mutation;

use std::sync::Arc;

use async_graphql::{Context, Object};
use chrono::NaiveDate;

use super::access::ANYONE;
use super::app;
use super::scalars::{Date, Decimal};
use crate::app::App;
use crate::program;

pub(super) use mutation::ProgramMutation;

/// The loyalty programme that this server runs.
pub(super) struct Program {
    row: Arc<program::Program>,
    today: NaiveDate,
}

impl Program {
    pub(super) fn new(app: &App) -> Self {
        let row = app.program();
        Self { today: app.clock.today(row.zone), row }
    }
}

/// The loyalty programme that this server runs.
#[Object]
impl Program {
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// ISO 4217. Fixed once an amount is stored.
    async fn currency_code(&self) -> &str {
        self.row.currency.code()
    }

    /// IANA name. Every `Date`, every window of days and every `createdOn` filter is read in it.
    async fn time_zone(&self) -> &str {
        self.row.zone.name()
    }

    async fn launched_on(&self) -> Date {
        Date(self.row.launched_on)
    }

    /// The programme's current day. Stands still where the server was started with --today, for demonstrations and checks.
    async fn today(&self) -> Date {
        Date(self.today)
    }

    /// Share of revenue that is profit, 0 to 1; lifetime value multiplies by it. 1 when unset.
    async fn gross_margin(&self) -> Decimal {
        Decimal(self.row.gross_margin)
    }

    /// What a redeemed point costs, and what taking back a return costs. 0 when unset.
    async fn reward_cost_per_point(&self) -> Decimal {
        Decimal(self.row.reward_cost_per_point)
    }

    async fn return_handling_cost(&self) -> Decimal {
        Decimal(self.row.return_handling_cost)
    }
}

#[derive(Default)]
pub(super) struct ProgramQuery;

#[Object]
impl ProgramQuery {
    #[graphql(guard = "ANYONE")]
    async fn program(&self, ctx: &Context<'_>) -> Program {
        Program::new(app(ctx))
    }
}
