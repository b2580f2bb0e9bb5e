//! The SQL of the day for which everybody was decided.

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::db::sql;
use crate::error::Fault;

/// For which days, in which zones, everybody was decided and figures hold.
#[derive(FromQueryResult)]
pub(super) struct Decided {
    pub(super) day: String,
    pub(super) zone: String,
    pub(super) figures_on: String,
    pub(super) figures_zone: String,
    pub(super) time_zone: String,
}

pub(super) async fn decided(db: &impl ConnectionTrait) -> Result<Decided, Fault> {
    let text = "SELECT decided_on AS day, decided_zone AS zone, figures_on, figures_zone, time_zone FROM program
        WHERE id = 1";
    let row = Decided::find_by_statement(sql(db, text, [])).one(db).await?;
    row.ok_or_else(|| Fault::new("the programme's row is gone"))
}

pub(super) async fn note(db: &impl ConnectionTrait, day: &str, zone: &str) -> Result<(), Fault> {
    let text = "UPDATE program SET decided_on = $1, decided_zone = $2 WHERE id = 1";
    db.execute_raw(sql(db, text, [day.into(), zone.into()])).await?;
    Ok(())
}
