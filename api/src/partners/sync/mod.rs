//! A full list, sent in parts, that replaces a segment's membership in one instant.

mod commit;
mod parts;

use engine::calendar::Millis;
use entity::ids::SegmentSyncId;
use entity::segment_sync;

pub use self::commit::{Commit, abort, abort_old as abort_old_lists, commit};
pub use self::parts::{Appended, Begin, append, begin};
use super::caller::not_found;
use super::{PartnerCaller, sync_store as store};
use crate::app::App;
use crate::audit::{Changes, Entry, Object};
use crate::db::Txn;
use crate::error::{Refusal, RefusalCode, Stop};

/// One that is unfinished for so long is aborted.
const LASTS: Millis = 24 * 3_600_000;

/// A change of a list for the audit log.
fn trace(action: &'static str, row: &segment_sync::Model, changes: Changes) -> Entry {
    Entry { action, object: Object::one("SegmentSync", row.id.0, "full list"), changes }
}

/// A list of the partner's, locked.
async fn lock(txn: &Txn, caller: &PartnerCaller, sync: SegmentSyncId) -> Result<segment_sync::Model, Stop> {
    let row = store::lock(txn, sync).await?.filter(|row| row.partner_id == caller.partner);
    row.ok_or_else(|| not_found(&["input", "sync"], "list"))
}

fn unless_over(app: &App, row: &segment_sync::Model) -> Result<(), Stop> {
    let path = ["input", "sync"];
    if row.committed_at.is_some() || row.aborted_at.is_some() {
        return Err(Refusal::new(RefusalCode::NotAllowed, "the list is closed", &path).into());
    }
    if row.started_at + LASTS <= app.clock.now(app.program().zone) {
        return Err(Refusal::new(RefusalCode::Expired, "the list was begun more than a day ago", &path).into());
    }
    Ok(())
}
