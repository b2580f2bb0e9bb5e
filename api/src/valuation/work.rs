//! The job: fits the model, and lets everything follow that depends on it.

use std::sync::Arc;
use std::time::Instant;

use super::ask::Arguments;
use super::land::{Landed, land};
use super::passes::{fit, group, sample};
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
/// has landed or nothing.
pub async fn work(app: &Arc<App>, held: &Held) -> Result<(), Setback> {
    let arguments: Arguments = held.arguments()?;
    for _ in 0..MOST_ROUNDS {
        held.step(0, Some(STEPS)).await?;
        if let Some(landed) = round(app, held, arguments).await? {
            // It is done, whatever was asked for meanwhile.
            let _ = held.step(STEPS, Some(STEPS)).await;
            return match landed.refused {
                Some(why) if arguments.asked => Err(Setback::Fail(why)),
                _ => Ok(()),
            };
        }
    }
    Err(Setback::Retry("Other rules were changed time and again meanwhile.".to_owned()))
}

/// None where something that it stands on was changed meanwhile.
async fn round(app: &Arc<App>, held: &Held, arguments: Arguments) -> Result<Option<Landed>, Setback> {
    let begun = Instant::now();
    // Which programme it is now may not be known here yet, and what is decided for the day before would be decided twice.
    app.look_at_program().await?;
    figures::roll::to_today(app).await.map_err(Setback::of)?;
    membership::to_today(app).await.map_err(Setback::of)?;
    let plan = Plan::read(app, arguments).await?;
    let sampled = sample(app, &plan).await?;
    held.step(1, Some(STEPS)).await?;
    let fitted = fit(app, &plan, sampled).await?;
    held.step(2, Some(STEPS)).await?;
    let grouped = group(app, &plan, &fitted).await?;
    held.step(3, Some(STEPS)).await?;
    land(app, held, &plan, &fitted, grouped, begun).await
}
