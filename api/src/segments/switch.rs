//! Switches segments on and off.

use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;

use super::create::read;
use super::{SegmentRef, SegmentRow, store, trace};
use crate::app::App;
use crate::audit::{self, Changes};
use crate::auth::Caller;
use crate::db;
use crate::error::Stop;

/// Lets members come and go again. A segment that is active already stays as it is.
pub async fn activate(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<SegmentRow, Stop> {
    switch(app, caller, segment, expected_version, true).await
}

/// Lets the membership stand still from now on; its figures still move with its members' data. A segment that is
/// inactive already stays as it is, frozen since the same instant.
pub async fn deactivate(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
) -> Result<SegmentRow, Stop> {
    switch(app, caller, segment, expected_version, false).await
}

async fn switch(
    app: &App,
    caller: &Caller,
    segment: &SegmentRef,
    expected_version: Option<i64>,
    active: bool,
) -> Result<SegmentRow, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let row = segment.lock(&txn, expected_version).await?;
        if row.active != active {
            let now = app.clock.now(app.program().zone);
            let mut changed = row.clone().into_active_model();
            changed.active = Set(active);
            changed.frozen_at = Set(Some(now).filter(|_| !active));
            changed.updated_at = Set(now);
            store::update(&txn, changed).await?;
            let action = if active { "activateSegment" } else { "deactivateSegment" };
            let changes = Changes::none().field("active", row.active, active);
            audit::write(app, &txn, caller.by(), trace(action, &row, changes)).await?;
        }
        let row = read(&txn, row.id).await?;
        txn.commit().await?;
        Ok(row)
    })
    .await
}
