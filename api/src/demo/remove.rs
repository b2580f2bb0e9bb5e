//! Takes the demo away, and nothing else.

use super::COMMAND;
use super::plan::{Plan, number};
use super::remove_days_store;
use super::remove_store::{self, Deleted};
use super::store;
use crate::app::App;
use crate::audit::{self, By};
use crate::db::Lock;
use crate::error::Stop;
use crate::{changes, db, figures};

/// How many customers one transaction takes away.
const CUSTOMERS: u32 = 400;
/// How many anonymous documents one transaction takes away.
const DOCUMENTS: u32 = 4_000;

/// Deletes what a plan made: each customer with everything that is kept of him or her, so that nobody's figures but
/// theirs change, save those of segments, which move in the same transaction.
pub(super) async fn remove(app: &App, plan: &Plan, progress: &(dyn Fn(u32) + Sync)) -> Result<Deleted, Stop> {
    store::leave(app.db.writer()).await?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        remove_store::delete_campaigns(&txn).await?;
        Ok(txn.commit().await?)
    })
    .await?;
    while db::retry(|| delete_segment(app)).await? {}
    let mut sum = Deleted::default();
    let mut from = 0;
    while from < plan.members {
        let until = from.saturating_add(CUSTOMERS).min(plan.members);
        let deleted = db::retry(|| delete_customers(app, from, until)).await?;
        sum.members += deleted.members;
        sum.transactions += deleted.transactions;
        sum.points += deleted.points;
        sum.feedback += deleted.feedback;
        from = until;
        progress(from);
    }
    loop {
        let deleted = db::retry(|| delete_anonymous(app)).await?;
        sum.transactions += deleted;
        if deleted == 0 {
            break;
        }
    }
    db::retry(|| async {
        let txn = app.db.begin().await?;
        db::lock(&txn, Lock::MemberValues).await?;
        remove_store::forget_values(&txn).await?;
        store::forget(&txn).await?;
        audit::write(app, &txn, By::command(COMMAND), sum.entry()).await?;
        Ok(txn.commit().await?)
    })
    .await?;
    Ok(sum)
}

async fn delete_segment(app: &App) -> Result<bool, Stop> {
    let txn = app.db.begin().await?;
    let found = remove_store::delete_segment(&txn).await?;
    txn.commit().await?;
    Ok(found)
}

async fn delete_customers(app: &App, from: u32, until: u32) -> Result<Deleted, Stop> {
    let txn = app.db.begin().await?;
    // What they are worth is not written meanwhile; in the order in which an analysis takes its locks.
    db::lock_shared(&txn, Lock::MemberValues).await?;
    let reckoning = figures::reckon(app, &txn).await?;
    let members = remove_store::members(&txn, (from + 1..=until).map(number)).await?;
    figures::lock_members(&txn, &members).await?;
    let shares = remove_store::shares(&txn, &members).await?;
    // Nobody comes or goes while the days are counted anew.
    db::lock(&txn, Lock::MembershipLog).await?;
    remove_days_store::forget(&txn, &members, reckoning.zone).await?;
    figures::move_segments(&txn, &reckoning, &shares).await?;
    figures::take_predicted(&txn, &members).await?;
    changes::note(&txn, &members, reckoning.now).await?;
    let deleted = remove_store::delete_members(&txn, &members).await?;
    txn.commit().await?;
    Ok(deleted)
}

async fn delete_anonymous(app: &App) -> Result<u64, Stop> {
    let txn = app.db.begin().await?;
    let deleted = remove_store::delete_anonymous(&txn, DOCUMENTS).await?;
    changes::note_unnamed(&txn, app.clock.now(app.program().zone)).await?;
    txn.commit().await?;
    Ok(deleted)
}
