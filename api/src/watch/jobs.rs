//! A job for one who watches it: as it is now, and whenever it moves on.

use std::sync::Arc;

use entity::ids::JobId;
use entity::job;
use entity::kinds::JobStatus;
use futures::{Stream, stream};

use super::store;
use crate::app::App;
use crate::error::Fault;

/// The job, now and whenever it moves on, to its end; none where there is no such job.
pub async fn progress(app: &Arc<App>, id: JobId) -> Result<Option<impl Stream<Item = job::Model> + use<>>, Fault> {
    let mut watching = app.watch.jobs.watch(Some(id));
    app.watch.wanted.notify_one();
    let known = store::jobs(app.db.reader(), &[id]).await?;
    let Some(first) = known.get(&id).cloned() else { return Ok(None) };
    watching.know(known);
    let state = (Some(first), false, watching);
    Ok(Some(stream::unfold(state, async |(first, is_over, mut watching)| {
        if is_over {
            return None;
        }
        let job = match first {
            Some(first) => first,
            None => watching.next().await?.1,
        };
        let is_over = matches!(job.status, JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled);
        Some((job, (None, is_over, watching)))
    })))
}
