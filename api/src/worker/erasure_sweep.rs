//! Somebody was erased: what the tables do not show any more goes out of the database's files.

use std::sync::Arc;

use crate::app::App;
use crate::jobs::{Held, Setback};
use crate::privacy;

/// Sweeps the files.
pub(super) async fn run(app: Arc<App>, held: Held) -> Result<(), Setback> {
    privacy::sweep(&app, &held).await
}
