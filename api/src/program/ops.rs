//! The programme is filled from the settings at the first start; later they must agree.

use chrono::NaiveDate;
use engine::calendar::Zone;
use engine::money::Currency;
use entity::program as table;
use rust_decimal::Decimal;

use super::{Program, checks, store};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::error::Fault;

/// Reads the programme, made from the settings where there is none yet.
///
/// Settings that were given and do not agree with the row are an error that names them: a flag that silently did
/// nothing would be worse than a start that stops.
pub async fn open(db: &Db, settings: &Settings, clock: Clock) -> anyhow::Result<Program> {
    if store::row(db.reader()).await?.is_none() {
        let first = first_start(settings, clock)?;
        let txn = db.begin().await?;
        store::insert(&txn, first).await?;
        txn.commit().await?;
    }
    let program = read(db).await?;
    agree(settings, &program)?;
    Ok(program)
}

/// Reads the programme as it is now.
pub async fn read(db: &Db) -> Result<Program, Fault> {
    let row = store::row(db.reader()).await?.ok_or_else(|| Fault::new("the programme's row is gone"))?;
    parse(&row).ok_or_else(|| Fault::new(format!("the programme's row cannot be read: {row:?}")))
}

fn first_start(settings: &Settings, clock: Clock) -> anyhow::Result<table::Model> {
    let utc = Zone::from_name("UTC").ok_or_else(|| anyhow::anyhow!("the zone UTC is not known"))?;
    let euro = Currency::from_code("EUR").ok_or_else(|| anyhow::anyhow!("the currency EUR is not known"))?;
    let (zone, currency) = (settings.time_zone.unwrap_or(utc), settings.currency.unwrap_or(euro));
    let today = clock.today(zone);
    let given = |name: &str, number: Decimal, mistake: Option<String>| match mistake {
        Some(mistake) => Err(anyhow::anyhow!("{name} is {number}: it {mistake}")),
        None => Ok(number.to_string()),
    };
    let margin = settings.gross_margin.unwrap_or(Decimal::ONE);
    let margin = given("gross_margin", margin, checks::margin(margin))?;
    let cost = |name: &str, cost: Option<Decimal>| {
        let cost = cost.unwrap_or_default();
        given(name, cost, checks::cost(cost))
    };
    Ok(table::Model {
        id: 1,
        name: settings.program_name.clone().unwrap_or_else(|| "Tessera".to_owned()),
        currency_code: currency.code().to_owned(),
        time_zone: zone.name().to_owned(),
        launched_on: settings.launched_on.unwrap_or(today).to_string(),
        gross_margin: margin.clone(),
        reward_cost_per_point: cost("reward_cost_per_point", settings.reward_cost_per_point)?,
        return_handling_cost: cost("return_handling_cost", settings.return_handling_cost)?,
        figures_on: today.to_string(),
        figures_at: clock.now(zone),
        figures_zone: zone.name().to_owned(),
        decided_on: today.to_string(),
        decided_zone: zone.name().to_owned(),
        decided_margin: margin,
    })
}

pub(super) fn parse(row: &table::Model) -> Option<Program> {
    Some(Program {
        name: row.name.clone(),
        currency: Currency::from_code(&row.currency_code)?,
        zone: Zone::from_name(&row.time_zone)?,
        launched_on: row.launched_on.parse::<NaiveDate>().ok()?,
        gross_margin: row.gross_margin.parse().ok()?,
        reward_cost_per_point: row.reward_cost_per_point.parse().ok()?,
        return_handling_cost: row.return_handling_cost.parse().ok()?,
    })
}

fn agree(settings: &Settings, program: &Program) -> anyhow::Result<()> {
    same("program_name", settings.program_name.as_deref(), program.name.as_str())?;
    same("currency", settings.currency.map(|one| one.code()), program.currency.code())?;
    same("time_zone", settings.time_zone.map(|one| one.name()), program.zone.name())?;
    same("launched_on", settings.launched_on, program.launched_on)?;
    same("gross_margin", settings.gross_margin, program.gross_margin)?;
    same("reward_cost_per_point", settings.reward_cost_per_point, program.reward_cost_per_point)?;
    same("return_handling_cost", settings.return_handling_cost, program.return_handling_cost)
}

fn same<T: PartialEq + std::fmt::Display>(name: &str, given: Option<T>, kept: T) -> anyhow::Result<()> {
    match given {
        Some(given) if given != kept => anyhow::bail!(
            "{name} is given as {given}, but the database's programme has {kept}: leave the setting out, or use another database"
        ),
        _ => Ok(()),
    }
}
