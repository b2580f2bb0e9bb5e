//! The import of an uploaded file begins.

use entity::job;

use super::receive::target;
use super::{Asked, JOB, State, Upload, store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db;
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::jobs::{self, NewJob};
use crate::segments::{self, SegmentRef};

/// Queues the job that imports an upload, all of whose parts are there. The same call again answers the same job.
pub async fn begin(app: &App, by: By<'_>, upload: &Upload, asked: &Asked) -> Result<job::Model, Stop> {
    if let Some(key) = &asked.segment {
        may_be_filled(app, key).await?;
    }
    let job = db::retry(|| async {
        let txn = app.db.begin().await?;
        let found = store::lock(&txn, &upload.key).await?.filter(|row| row.target == target(upload));
        let missing = || Refusal::new(RefusalCode::NotFound, "there is no such upload", &["upload"]);
        let row = found.ok_or_else(missing)?;
        // How the rows are written was said with the parts.
        let format = serde_json::from_str(&row.format).map_err(Fault::from)?;
        let text = serde_json::to_string(&Asked { format, ..asked.clone() }).map_err(Fault::from)?;
        if let Some(job) = row.job_id {
            if row.asked.as_deref() != Some(&text) {
                let message = "the import of this upload has begun, and was asked for in another way";
                return Err(Refusal::new(RefusalCode::Conflict, message, &["upload"]).into());
            }
            let begun = jobs::by_id(app, job).await?;
            return begun.ok_or_else(|| Fault::new("a job is gone").into());
        }
        let state = State::of(&txn, &row).await?;
        let missing: Vec<String> = state.missing().iter().take(20).map(ToString::to_string).collect();
        if !missing.is_empty() || row.parts != upload.parts {
            let message = format!("of {} parts these are not there: {}", row.parts, missing.join(", "));
            return Err(Refusal::new(RefusalCode::Conflict, message, &["parts"]).into());
        }
        let job = jobs::enqueue(app, &txn, by, NewJob { kind: JOB, arguments: serde_json::json!({}) }).await?;
        store::put_job(&txn, row.id, job.id, &text).await?;
        let bytes: i64 = store::parts(&txn, row.id).await?.iter().map(|part| part.bytes).sum();
        let changes = Changes::none().new_field("target", row.target.as_str()).new_field("file", asked.file.as_str());
        let entry = Entry {
            action: by.action("importFile"),
            object: Object::one("Job", job.id.0, job.kind.as_str()),
            changes: changes.new_field("bytes", bytes),
        };
        audit::write(app, &txn, by, entry).await?;
        txn.commit().await?;
        Ok(job)
    })
    .await?;
    jobs::wake(app);
    Ok(job)
}

/// Whether members may come to the segment of a key.
async fn may_be_filled(app: &App, key: &str) -> Result<(), Stop> {
    let refused = |code, message| Err(Refusal::new(code, message, &["segment"]).into());
    match segments::by_ref(app, &SegmentRef::Key(key.to_owned())).await? {
        None => refused(RefusalCode::NotFound, "there is no such segment"),
        Some(row) if !row.segment.active => {
            refused(RefusalCode::NotAllowed, "the segment is inactive, so that its membership stands still")
        }
        Some(_) => Ok(()),
    }
}
