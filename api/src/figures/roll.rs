//! The 12-month figures roll with the calendar: at local midnight, and when a server starts on another day.

use engine::calendar::Span;

use super::kept_store::{self, Kept};
use super::{Reckoning, roll_store};
use crate::app::App;
use crate::db;
use crate::error::Stop;

/// Rolls the 12-month figures of members and segments to the current day of the programme's zone, in one transaction. True where
/// there was something to roll.
///
/// What left the window is taken away and what entered it is added, each transaction once, whichever way and however
/// far the day moved.
pub async fn to_today(app: &App) -> Result<bool, Stop> {
    db::retry(|| roll(app)).await
}

async fn roll(app: &App) -> Result<bool, Stop> {
    // Most calls find nothing to do, and need no writer for that.
    if is_rolled(app, &kept_store::read_kept(app.db.reader(), "").await?) {
        return Ok(false);
    }
    let txn = app.db.begin().await?;
    let kept = kept_store::kept_alone(&txn).await?;
    if is_rolled(app, &kept) {
        return Ok(false);
    }
    let (zone, today) = (kept.zone, app.clock.today(kept.zone));
    let (old, new) = (kept.figures_zone.last_12_months(kept.figures_on), zone.last_12_months(today));
    let now = app.clock.now(zone);
    let spans = signed(new.without(&old), 1).chain(signed(old.without(&new), -1)).collect::<Vec<_>>();
    roll_store::move_members(&txn, &spans).await?;
    let digits = kept.currency.digits();
    let (gross_margin, deciding_margin) = (kept.gross_margin, kept.deciding_margin);
    let reckoning = Reckoning { now, last_12_months: new, gross_margin, deciding_margin, zone, digits };
    let rolled = roll_store::segments_anew(&txn).await?;
    super::set_segments(&txn, &reckoning, &rolled).await?;
    roll_store::rolled_to(&txn, &today.to_string(), zone, now).await?;
    txn.commit().await?;
    tracing::info!(from = %kept.figures_on, to = %today, "12-month figures rolled");
    Ok(true)
}

fn is_rolled(app: &App, kept: &Kept) -> bool {
    kept.figures_on == app.clock.today(kept.zone) && kept.figures_zone == kept.zone
}

fn signed(spans: Vec<Span>, sign: i64) -> impl Iterator<Item = (Span, i64)> {
    spans.into_iter().map(move |span| (span, sign))
}
