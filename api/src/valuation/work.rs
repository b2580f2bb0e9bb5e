//! The job: fits the model, and lets everything follow that depends on it.

use std::sync::Arc;
use std::time::Instant;

use sea_orm::ConnectionTrait;

use super::ask::Arguments;
use super::land::land;
use super::passes::{Fitted, fit, group, sample};
use super::plan::Plan;
use crate::app::App;
use crate::figures;
use crate::jobs::{Held, Setback};
use crate::membership;

/// How often the work begins anew because something it stands on was changed meanwhile.
const MOST_ROUNDS: usize = 20;
/// A sample, a model, the groups, what differs, and the landing.
pub(super) const STEPS: i64 = 5;

/// Fits the model, works out what is kept of each member by it, and lets rules follow. Ended at any moment, either all of it
/// has landed or nothing. Where there can be no model, the night's work lands without one, and what was asked for fails.
pub async fn work(app: &Arc<App>, held: &Held) -> Result<(), Setback> {
    let arguments: Arguments = held.arguments()?;
    for _ in 0..MOST_ROUNDS {
        held.step(0, Some(STEPS)).await?;
        if round(app, held, arguments).await? {
            return Ok(());
        }
    }
    Err(Setback::Retry("Other rules were changed time and again meanwhile.".to_owned()))
}

/// False where something that it stands on was changed meanwhile.
async fn round(app: &Arc<App>, held: &Held, arguments: Arguments) -> Result<bool, Setback> {
    let begun = Instant::now();
    // Which programme it is now may not be known here yet, and what is decided for the day before would be decided twice.
    app.look_at_program().await?;
    figures::roll::to_today(app).await.map_err(Setback::of)?;
    membership::to_today(app).await.map_err(Setback::of)?;
    let plan = Plan::read(app, arguments).await?;
    let sampled = sample(app, &plan).await?;
    held.step(1, Some(STEPS)).await?;
    let fitted = fit(app, &plan, sampled).await?;
    unless_missed(held, app.db.reader(), &fitted).await?;
    held.step(2, Some(STEPS)).await?;
    let grouped = group(app, &plan, &fitted).await?;
    held.step(3, Some(STEPS)).await?;
    land(app, held, &plan, &fitted, grouped, begun).await
}

/// Fails where there can be no model and somebody has asked for one, before the job began or since.
pub(super) async fn unless_missed(held: &Held, db: &impl ConnectionTrait, fitted: &Fitted) -> Result<(), Setback> {
    match &fitted.model {
        Err(why) if held.arguments_now::<Arguments>(db).await?.asked => Err(Setback::Fail(why.to_string())),
        _ => Ok(()),
    }
}
