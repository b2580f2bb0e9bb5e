//! The SQL of what the programme's row says of its figures.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::money::Currency;
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use crate::db::{Txn, for_share, for_update, sql};
use crate::error::Fault;

/// What the programme's row says of its figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The programme's zone.
    pub(super) zone: Zone,
    /// The programme's gross margin.
    pub(super) gross_margin: Decimal,
    /// The margin by which rules decide.
    pub(super) deciding_margin: Decimal,
    /// The programme's currency.
    pub(super) currency: Currency,
    /// The day to which the 12-month figures were rolled.
    pub(super) figures_on: NaiveDate,
    /// The zone of that day.
    pub(super) figures_zone: Zone,
}

/// What the programme's row says; kept from being changed until the transaction ends.
pub(super) async fn kept(txn: &Txn) -> Result<Kept, Fault> {
    read_kept(txn, for_share(txn)).await
}

/// The same, kept from being looked at by any other change.
pub(super) async fn kept_alone(txn: &Txn) -> Result<Kept, Fault> {
    read_kept(txn, for_update(txn)).await
}

/// The same, as it is at this moment.
pub(super) async fn read_kept(db: &impl ConnectionTrait, lock: &str) -> Result<Kept, Fault> {
    let text = format!(
        "SELECT time_zone, gross_margin, decided_margin, currency_code, figures_on, figures_zone FROM program
        WHERE id = 1{lock}"
    );
    let row = db.query_one_raw(sql(db, text, [])).await?.ok_or_else(|| Fault::new("the programme's row is gone"))?;
    let text = |column: &str| row.try_get::<String>("", column);
    let zone = |name: String| {
        Zone::from_name(&name).ok_or_else(|| Fault::new(format!("the programme's row has the zone {name}")))
    };
    let unreadable = |column: &str| Fault::new(format!("program.{column} cannot be read"));
    Ok(Kept {
        zone: zone(text("time_zone")?)?,
        gross_margin: text("gross_margin")?.parse().map_err(|_| unreadable("gross_margin"))?,
        deciding_margin: text("decided_margin")?.parse().map_err(|_| unreadable("decided_margin"))?,
        currency: Currency::from_code(&text("currency_code")?).ok_or_else(|| unreadable("currency_code"))?,
        figures_on: text("figures_on")?.parse().map_err(|_| unreadable("figures_on"))?,
        figures_zone: zone(text("figures_zone")?)?,
    })
}
