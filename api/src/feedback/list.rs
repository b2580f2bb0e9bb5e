//! The surveys that were answered.

use super::store::{self, Survey};
use crate::app::App;
use crate::error::Fault;

/// The surveys that members have answered, by their folded keys.
pub async fn surveys(app: &App) -> Result<Vec<Survey>, Fault> {
    store::surveys(app.db.reader()).await
}
