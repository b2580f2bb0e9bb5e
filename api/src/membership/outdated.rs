//! Segments that stand still until everybody is evaluated anew, and whose job ended without that: they are asked for again.

use engine::calendar::Millis;
use entity::ids::SegmentId;
use sea_orm::ConnectionTrait;

use super::evaluation::{Arguments, EVALUATION_JOB, evaluation_job};
use super::evaluation_store as store;
use crate::app::App;
use crate::audit::By;
use crate::db::{self, Lock};
use crate::error::{Fault, Stop};
use crate::jobs;

/// A job that failed, or was cancelled, is not begun again by itself for so long.
const REST: Millis = 300_000;
/// Who asks.
const COMMAND: &str = "tessera serve";

/// Asks again for what nobody asks for any more. Looking costs one small read.
pub async fn evaluate_outdated(app: &App) -> Result<(), Stop> {
    if left(app.db.reader(), app.clock.real_millis()).await?.is_empty() {
        return Ok(());
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        // One process asks.
        db::lock(&txn, Lock::RuleSet).await?;
        let by = By::command(COMMAND);
        for segment in left(&txn, app.clock.real_millis()).await? {
            jobs::enqueue(app, &txn, by, evaluation_job(segment, by.actor)).await?;
        }
        txn.commit().await?;
        Ok::<_, Stop>(())
    })
    .await?;
    jobs::wake(app);
    Ok(())
}

/// The segments that stand still, and for which no job waits, is at work, or has just ended.
async fn left(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<SegmentId>, Fault> {
    let outdated = store::outdated(db).await?;
    if outdated.is_empty() {
        return Ok(outdated);
    }
    let mut asked = Vec::new();
    for arguments in store::jobs_since(db, EVALUATION_JOB, now - REST).await? {
        asked.push(serde_json::from_str::<Arguments>(&arguments)?.segment);
    }
    Ok(outdated.into_iter().filter(|segment| !asked.contains(segment)).collect())
}
