//! The 12-month figures roll with the calendar: at local midnight, and when a server starts on another day.

use chrono::NaiveDate;
use engine::calendar::Span;

use super::{Reckoning, roll_store};
use crate::app::App;
use crate::db;
use crate::error::{Fault, Stop};

/// Rolls the 12-month figures of members and segments to the programme's current day, in one transaction. True where
/// there was something to roll.
///
/// What left the window is taken away and what entered it is added, each transaction once, whichever way and however
/// far the day moved.
pub async fn to_today(app: &App) -> Result<bool, Stop> {
    db::retry(|| roll(app)).await
}

async fn roll(app: &App) -> Result<bool, Stop> {
    let zone = app.program.zone;
    let today = app.clock.today(zone);
    // Most calls find nothing to do, and need no writer for that.
    if roll_store::figures_on(app.db.reader()).await? == today.to_string() {
        return Ok(false);
    }
    let txn = app.db.begin().await?;
    let day: NaiveDate =
        roll_store::lock_figures_on(&txn).await?.parse().map_err(|_| Fault::new("program.figures_on is not a day"))?;
    if day == today {
        return Ok(false);
    }
    let (old, new) = (zone.last_12_months(day), zone.last_12_months(today));
    let now = app.clock.now(zone);
    let spans = signed(new.without(&old), 1).chain(signed(old.without(&new), -1)).collect::<Vec<_>>();
    roll_store::move_members(&txn, &spans).await?;
    let reckoning = Reckoning { now, last_12_months: new, gross_margin: app.program.gross_margin, zone };
    let rolled = roll_store::segments_anew(&txn).await?;
    super::set_segments(&txn, &reckoning, &rolled).await?;
    roll_store::rolled_to(&txn, &today.to_string(), now).await?;
    txn.commit().await?;
    tracing::info!(from = %day, to = %today, "12-month figures rolled");
    Ok(true)
}

fn signed(spans: Vec<Span>, sign: i64) -> impl Iterator<Item = (Span, i64)> {
    spans.into_iter().map(move |span| (span, sign))
}
