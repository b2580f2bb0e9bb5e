//! Segments that stand still until everybody is evaluated anew: whether one does, and where its job ended without that, that it
//! is asked for again.

use std::collections::HashSet;

use engine::calendar::Millis;
use entity::ids::SegmentId;
use sea_orm::ConnectionTrait;

use super::evaluation::{Arguments, EVALUATION_JOB, evaluation_job};
use super::{evaluation_store as store, rule_set_store};
use crate::app::App;
use crate::audit::By;
use crate::db::{self, Lock, Txn};
use crate::error::{Fault, Stop};
use crate::jobs;

/// A job that failed, or was cancelled, is not begun again by itself for so long.
const REST: Millis = 900_000;
/// Who asks.
const COMMAND: &str = "tessera serve";

/// Whether the rule of a segment, and those of all segments that it names, decide as they are by now. The transaction holds
/// the rule set alone.
pub async fn is_settled(txn: &Txn, segment: SegmentId) -> Result<bool, Fault> {
    let unlanded = store::unlanded(txn).await?;
    if unlanded.is_empty() {
        return Ok(true);
    }
    let named = rule_set_store::named_by(txn).await?;
    let (mut left, mut seen) = (vec![segment], HashSet::new());
    while let Some(one) = left.pop() {
        if unlanded.contains(&one) {
            return Ok(false);
        }
        if seen.insert(one) {
            left.extend(named.get(&one).into_iter().flatten());
        }
    }
    Ok(true)
}

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
