//! The programme has another time zone: its days begin at other instants, so that the 12 months are other ones.

use std::sync::Arc;

use crate::app::App;
use crate::figures;
use crate::jobs::{Held, Setback};
use crate::membership;

/// Reckons the 12-month figures anew, and decides everybody for the days as they are now. Where the housekeeping was first, nothing is left to do.
pub(super) async fn run(app: Arc<App>, held: Held) -> Result<(), Setback> {
    held.step(0, Some(1)).await?;
    // Which zone it is now may not be known here yet.
    app.look_at_program().await.map_err(|fault| Setback::of(fault.into()))?;
    figures::roll::to_today(&app).await.map_err(Setback::of)?;
    membership::to_today(&app).await.map_err(Setback::of)?;
    // It is done, whatever was asked for meanwhile.
    let _ = held.step(1, Some(1)).await;
    Ok(())
}
