//! A segment has a new rule, or is switched on again: everybody is evaluated.

use std::sync::Arc;

use crate::app::App;
use crate::jobs::{Held, Setback};
use crate::membership;

/// Evaluates the rule that the segment has by now.
pub(super) async fn run(app: Arc<App>, held: Held) -> Result<(), Setback> {
    membership::evaluate(&app, &held).await
}
