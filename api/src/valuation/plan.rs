//! What an analysis is of, and what it is reckoned with.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::evaluate::Moment;
use engine::insights::ValueSettings;
use engine::money::Currency;
use engine::value::Terms;
use entity::program as table;
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::ask::Arguments;
use super::store::{self, Reach};
use crate::app::App;
use crate::error::Fault;
use crate::membership::Revaluation;
use crate::program;

/// What a month later is worth less: 1 %, which is 11.3 % a year.
const MONTHLY_DISCOUNT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Days within which the chance of an order is kept.
const ORDER_DAYS: u32 = 90;
/// Days over which orders are expected.
const EXPECTED_DAYS: u32 = 365;

/// What the programme says of it; as it stands in the programme's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) time_zone: String,
    pub(super) gross_margin: String,
    pub(super) reward_cost_per_point: String,
    pub(super) return_handling_cost: String,
}

/// What an analysis is of, and what it is reckoned with.
pub(super) struct Plan {
    /// The day at whose end the model looks at the customers.
    pub(super) as_of: NaiveDate,
    /// The day for which groups are told: today.
    pub(super) groups_on: NaiveDate,
    pub(super) currency: Currency,
    pub(super) said: Said,
    pub(super) terms: Terms,
    /// Without what a model predicts.
    pub(super) settings: ValueSettings,
    /// The rules that look at what members are worth.
    pub(super) rules: Revaluation,
    /// The newest analysis before anything was read.
    pub(super) latest: Option<i64>,
    /// How far the shop had come before anything was read.
    pub(super) reach: Reach,
}

impl Said {
    pub(super) async fn now(db: &impl ConnectionTrait) -> Result<(Self, Currency), Fault> {
        let row = program::row(db).await?.ok_or_else(|| Fault::new("the programme's row is gone"))?;
        let currency = Currency::from_code(&row.currency_code);
        Ok((Self::of(row.clone()), currency.ok_or_else(|| unreadable(&row.currency_code))?))
    }

    fn of(row: table::Model) -> Self {
        let table::Model { time_zone, gross_margin, reward_cost_per_point, return_handling_cost, .. } = row;
        Self { time_zone, gross_margin, reward_cost_per_point, return_handling_cost }
    }

    pub(super) fn zone(&self) -> Result<Zone, Fault> {
        Zone::from_name(&self.time_zone).ok_or_else(|| unreadable(&self.time_zone))
    }

    fn margin(&self) -> Result<Decimal, Fault> {
        number(&self.gross_margin)
    }

    /// What values on a day are reckoned with, without what a model predicts.
    pub(super) fn settings(&self, day: NaiveDate, currency: Currency) -> Result<ValueSettings, Fault> {
        let (point, handling) = (number(&self.reward_cost_per_point)?, number(&self.return_handling_cost)?);
        Ok(ValueSettings::new(day, self.margin()?, point, handling, currency.digits()))
    }
}

impl Plan {
    pub(super) async fn read(app: &App, arguments: Arguments) -> Result<Self, Fault> {
        let (said, currency) = Said::now(app.db.reader()).await?;
        let zone = said.zone()?;
        let today = app.clock.today(zone);
        let gross_margin = said.margin()?;
        let terms = Terms {
            gross_margin,
            monthly_discount: MONTHLY_DISCOUNT,
            order_days: ORDER_DAYS,
            expected_days: EXPECTED_DAYS,
        };
        let moment = Moment { today, digits: currency.digits(), gross_margin };
        let (latest, reach) = (store::latest_id(app.db.reader()).await?, store::reach(app.db.reader()).await?);
        Ok(Self {
            latest,
            reach,
            as_of: arguments.as_of.unwrap_or_else(|| yesterday(today)),
            groups_on: today,
            currency,
            settings: said.settings(today, currency)?,
            terms,
            rules: Revaluation::plan(app, moment, zone).await?,
            said,
        })
    }
}

/// The day before a day.
pub(super) fn yesterday(today: NaiveDate) -> NaiveDate {
    today.pred_opt().unwrap_or(today)
}

fn number(text: &str) -> Result<Decimal, Fault> {
    text.parse().map_err(|_| unreadable(text))
}

fn unreadable(text: &str) -> Fault {
    Fault::new(format!("the programme's row has {text}, which cannot be read"))
}
