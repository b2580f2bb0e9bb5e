//! A file that came by HTTP is imported.

use std::sync::Arc;

use crate::app::App;
use crate::imports::upload;
use crate::jobs::{Held, Setback};

/// Imports the file, or the rest of it where an attempt was interrupted.
pub(super) async fn run(app: Arc<App>, held: Held) -> Result<(), Setback> {
    upload::work(&app, &held).await
}
