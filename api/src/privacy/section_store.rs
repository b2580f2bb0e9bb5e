//! How what is stored about a person is told: the SQL of a section.

use engine::calendar::{numbered_day, utc_datetime};
use engine::facts::share_of_units;
use engine::figures::ratio;
use engine::money::Currency;
use entity::ids::MemberId;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::{Map, Value};

use crate::db::{Txn, sql};
use crate::error::Fault;

/// A list of things of one kind.
pub(super) struct Section {
    /// Its name.
    pub(super) name: &'static str,
    /// What is told of each: by which name, how, and from which expression.
    pub(super) columns: &'static [(&'static str, Kind, &'static str)],
    /// By what the things of two sections belong together; any number where nothing asks for it.
    pub(super) key: &'static str,
    /// Where they stand, and in which order; `$1` is the member.
    pub(super) from: &'static str,
}

/// How a column is told.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Int,
    Flag,
    /// Minor units, told as the programme's money.
    Money,
    /// Milliseconds, told as an instant in UTC.
    Instant,
    /// A text that holds JSON.
    Json,
    /// A day by its number.
    Day,
    /// A number in units of the last digit that is kept of shares.
    Share,
    /// A number of halves.
    Halves,
}

/// The things of a section in their order, each behind its key.
pub(super) async fn read(
    txn: &Txn,
    section: &Section,
    member: MemberId,
    currency: Currency,
) -> Result<Vec<(i64, Map<String, Value>)>, Fault> {
    let columns: Vec<&str> = section.columns.iter().map(|(_, _, expression)| *expression).collect();
    let text = format!("SELECT {}, {} FROM {}", section.key, columns.join(", "), section.from);
    let mut things = Vec::new();
    for row in txn.query_all_raw(sql(txn, text, [member.into()])).await? {
        let mut thing = Map::new();
        for (place, (name, kind, _)) in section.columns.iter().enumerate() {
            thing.insert((*name).to_owned(), told(&row, place + 1, *kind, currency)?);
        }
        things.push((row.try_get_by_index(0)?, thing));
    }
    Ok(things)
}

fn told(row: &QueryResult, place: usize, kind: Kind, currency: Currency) -> Result<Value, Fault> {
    let int = || -> Result<Option<i64>, DbErr> { row.try_get_by_index(place) };
    let text = || -> Result<Option<String>, DbErr> { row.try_get_by_index(place) };
    let money = |minor: i64| format!("{} {}", currency.decimal(minor), currency.code());
    let instant = |at: i64| utc_datetime(at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    Ok(match kind {
        Kind::Text => text()?.into(),
        Kind::Int => int()?.into(),
        Kind::Flag => row.try_get_by_index::<Option<bool>>(place)?.into(),
        Kind::Money => int()?.map(money).into(),
        Kind::Instant => int()?.map(instant).into(),
        Kind::Day => int()?.and_then(|day| i32::try_from(day).ok()).map(|day| numbered_day(day).to_string()).into(),
        Kind::Share => int()?.map(share_of_units).into(),
        Kind::Halves => int()?.map(|halves| ratio(halves, 2)).into(),
        Kind::Json => text()?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default(),
    })
}
