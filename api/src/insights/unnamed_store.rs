//! The SQL of sales whose customer is not known: those without one, and those of persons who were erased.

use chrono::NaiveDate;
use engine::calendar::{Millis, Zone};
use engine::insights::{Sales, UnnamedSales};
use sea_orm::{ConnectionTrait, DbBackend};
use serde::Serialize;

use crate::db::Column::Int;
use crate::db::{Batch, Column, sql};
use crate::error::Fault;

/// The instants of a local day.
#[derive(Serialize)]
struct Day {
    begins: Millis,
    ends: Millis,
}

const DAY: &[(&str, Column)] = &[("begins", Int), ("ends", Int)];

/// All of them, added up by local day.
pub(super) async fn sales(db: &impl ConnectionTrait, zone: Zone) -> Result<UnnamedSales, Fault> {
    let mut sales = UnnamedSales::default();
    let Some((first, last)) = ends(db).await? else { return Ok(sales) };
    let days: Vec<NaiveDate> = zone.day_of(first).iter_days().take_while(|day| zone.start_of(*day) <= last).collect();
    let span = |day: &NaiveDate| {
        let span = zone.span(*day, *day);
        Day { begins: span.from, ends: span.until }
    };
    let spans: Vec<Day> = days.iter().map(span).collect();
    let batch = Batch::new(DAY, &spans);
    // Both sums of a day in one text, so that a day is a walk along a part of the index, and nothing is sorted.
    let pair = if db.get_database_backend() == DbBackend::Postgres { "json_build_array" } else { "json_array" };
    let text = format!(
        "SELECT batch.begins, (SELECT CAST({pair}(
                COALESCE(SUM(CASE WHEN t.purchase THEN 1 ELSE 0 END), 0),
                COALESCE(SUM(CASE WHEN t.kind = 'RETURN' THEN -t.amount ELSE t.amount END), 0)) AS TEXT)
            FROM \"transaction\" AS t WHERE t.member_id IS NULL AND t.at >= batch.begins AND t.at < batch.ends) AS sums
        FROM {}",
        batch.table(db, 1)
    );
    for row in db.query_all_raw(sql(db, text, [batch.value()?])).await? {
        let (begins, sums): (Millis, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let (transactions, revenue) = serde_json::from_str(&sums)?;
        sales.add_up(zone.day_of(begins), Sales { transactions, revenue });
    }
    Ok(sales)
}

/// The first and the last of them; none where there is none. Apart, so that each is a look at one end of an index.
async fn ends(db: &impl ConnectionTrait) -> Result<Option<(Millis, Millis)>, Fault> {
    let text = "SELECT (SELECT MIN(at) FROM \"transaction\" WHERE member_id IS NULL) AS first,
        (SELECT MAX(at) FROM \"transaction\" WHERE member_id IS NULL) AS last";
    let Some(row) = db.query_one_raw(sql(db, text, [])).await? else { return Ok(None) };
    let (first, last): (Option<Millis>, Option<Millis>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(first.zip(last))
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
