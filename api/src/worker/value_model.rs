//! Another night has come, somebody asked for a model, or the programme reckons with something else.

use std::sync::Arc;

use crate::app::App;
use crate::jobs::{Held, Setback};
use crate::valuation;

/// Fits the value model, and lets everything follow that depends on it.
pub(super) async fn run(app: Arc<App>, held: Held) -> Result<(), Setback> {
    valuation::work(&app, &held).await
}
