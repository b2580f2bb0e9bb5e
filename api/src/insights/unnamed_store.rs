//! The SQL of sales whose customer is not known: those without one, and those of persons who were erased.

use std::iter::successors;

use chrono::{Days, NaiveDate};
use engine::calendar::{Millis, Zone};
use engine::insights::{Sales, UnnamedSales};
use sea_orm::ConnectionTrait;

use crate::db::sql;
use crate::error::Fault;

/// All of them, added up by local day.
pub(super) async fn sales(db: &impl ConnectionTrait, zone: Zone) -> Result<UnnamedSales, Fault> {
    let mut sales = UnnamedSales::default();
    let text = "SELECT MIN(at) AS first, MAX(at) AS last FROM \"transaction\" WHERE member_id IS NULL";
    let Some(row) = db.query_one_raw(sql(db, text, [])).await? else { return Ok(sales) };
    let (first, last): (Option<Millis>, Option<Millis>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let Some((first, last)) = first.zip(last) else { return Ok(sales) };
    // Many documents a row: only what lies in one day is put together. Instants before 1970 are negative.
    let step = step(zone, zone.day_of(first), zone.day_of(last));
    let text = "SELECT at - ((at % $1) + $1) % $1 AS begins,
            CAST(SUM(CASE WHEN purchase THEN 1 ELSE 0 END) AS BIGINT) AS transactions,
            CAST(SUM(CASE WHEN kind = 'RETURN' THEN -amount ELSE amount END) AS BIGINT) AS revenue
        FROM \"transaction\" WHERE member_id IS NULL GROUP BY 1";
    for row in db.query_all_raw(sql(db, text, [step.into()])).await? {
        let sum = Sales { transactions: row.try_get_by_index(1)?, revenue: row.try_get_by_index(2)? };
        sales.add_up(zone.day_of(row.try_get_by_index(0)?), sum);
    }
    Ok(sales)
}

/// How long intervals may be so that each lies in one local day: as long as every day begins with one of them. In most
/// zones that is an hour.
fn step(zone: Zone, first: NaiveDate, last: NaiveDate) -> Millis {
    let days = successors(Some(first), |day| day.checked_add_days(Days::new(1))).take_while(|day| *day <= last);
    days.fold(DAY, |step, day| common_divisor(step, zone.start_of(day)))
}

const DAY: Millis = 24 * 3_600_000;

fn common_divisor(one: Millis, other: Millis) -> Millis {
    if other == 0 { one.abs() } else { common_divisor(other, one % other) }
}

/// A purchase of a person who was erased.
pub(super) struct ErasedPurchase {
    /// Whose it was.
    pub(super) person: i64,
    pub(super) at: Millis,
}

/// The purchases of persons who were erased, each person's in the order of time.
pub(super) async fn erased_purchases(db: &impl ConnectionTrait) -> Result<Vec<ErasedPurchase>, Fault> {
    let text = "SELECT erased_member_id, at FROM \"transaction\" WHERE erased_member_id IS NOT NULL AND purchase
        ORDER BY erased_member_id, at";
    let rows = db.query_all_raw(sql(db, text, [])).await?;
    let purchase = |row: &sea_orm::QueryResult| -> Result<ErasedPurchase, Fault> {
        Ok(ErasedPurchase { person: row.try_get_by_index(0)?, at: row.try_get_by_index(1)? })
    };
    rows.iter().map(purchase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_step_never_lies_in_two_days() {
        for (name, hours) in [("UTC", 24.0), ("Europe/Warsaw", 1.0), ("Asia/Kolkata", 0.5), ("Pacific/Chatham", 0.25)] {
            let zone = Zone::from_name(name).unwrap();
            let (first, last) = (day("2020-01-01"), day("2026-12-31"));
            let step = step(zone, first, last);
            assert_eq!(step, (hours * 3_600_000.0) as i64, "{name}");
            let days = successors(Some(first), |day| day.succ_opt()).take_while(|day| *day <= last);
            assert!(days.into_iter().all(|day| zone.start_of(day).rem_euclid(step) == 0), "{name}");
        }
        // A time of the sun's own, to the second.
        let monrovia = Zone::from_name("Africa/Monrovia").unwrap();
        assert!(step(monrovia, day("1960-01-01"), day("2026-01-01")) <= 30_000);
    }
}
