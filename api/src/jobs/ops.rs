//! Jobs are queued, claimed, settled, cancelled and listed.

use std::sync::Arc;

use entity::ids::JobId;
use entity::job;
use entity::kinds::JobStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait};

use super::held::{Held, millis};
use super::{CHANNEL, Claim, End, NewJob, store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::page::{self, KeyKind, Order, Page, PageArguments, Slice};
use crate::db::{self, Txn};
use crate::error::{Fault, Refusal, RefusalCode, Stop};

/// Queues a job in the transaction that asks for it. After the commit, [`wake`] lets it begin at once; without that it
/// begins within a second or two.
pub async fn enqueue(app: &App, txn: &Txn, by: By<'_>, new: NewJob) -> Result<job::Model, Fault> {
    let now = app.clock.real_millis();
    let row = job::ActiveModel {
        id: NotSet,
        kind: Set(new.kind.to_owned()),
        arguments: Set(new.arguments.to_string()),
        status: Set(JobStatus::Queued),
        actor: Set(by.actor.to_owned()),
        done: Set(0),
        total: Set(None),
        attempts: Set(0),
        useful_attempt: Set(0),
        cancelling: Set(false),
        error: Set(None),
        run_at: Set(now),
        holder: Set(None),
        lease_until: Set(None),
        created_at: Set(now),
        started_at: Set(None),
        finished_at: Set(None),
    };
    let row = store::insert(txn, row).await?;
    db::notify(txn, CHANNEL).await?;
    Ok(row)
}

/// The same for work that is done once for all who ask before it begins.
pub async fn enqueue_once(app: &App, txn: &Txn, by: By<'_>, new: NewJob) -> Result<(), Fault> {
    if !store::keep_waiting(txn, new.kind).await? {
        enqueue(app, txn, by, new).await?;
    }
    Ok(())
}

/// Wakes the worker of this process; PostgreSQL tells the other processes.
pub fn wake(app: &App) {
    app.work.notify_one();
}

/// Takes the next job that is due, or whose holder has not been heard of for as long as its lease.
pub async fn claim(app: &Arc<App>, claim: Claim<'_>) -> Result<Option<Held>, Fault> {
    let now = app.clock.real_millis();
    // Looking takes no writer, and mostly there is nothing.
    if !store::is_due(app.db.reader(), &claim, now).await? {
        return Ok(None);
    }
    let until = now.saturating_add(millis(claim.lease));
    let row = store::claim(app.db.writer(), &claim, now, until).await?;
    Ok(row.map(|row| Held::new(Arc::clone(app), row, claim.holder, claim.lease)))
}

/// Ends an attempt; false where the job is no longer its holder's, and then nothing is changed.
pub async fn settle(app: &App, held: &Held, end: &End) -> Result<bool, Fault> {
    store::settle(app.db.writer(), held, end, app.clock.real_millis()).await
}

/// Stops a job: at once while it waits, at its holder's next step while it runs.
pub async fn cancel(app: &App, by: By<'_>, id: JobId) -> Result<job::Model, Stop> {
    db::retry(|| async {
        let txn = app.db.begin().await?;
        let found = store::lock(&txn, id).await?;
        let before = found.ok_or_else(|| Refusal::new(RefusalCode::NotFound, "there is no such job", &["id"]))?;
        let now = app.clock.real_millis();
        let (mut after, mut changed) = (before.clone(), Changes::none());
        match before.status {
            JobStatus::Queued => {
                (after.status, after.finished_at) = (JobStatus::Cancelled, Some(now));
                changed = changed.field("status", before.status.word(), after.status.word());
            }
            JobStatus::Running => {
                after.cancelling = true;
                changed = changed.field("cancelling", before.cancelling, true);
            }
            JobStatus::Cancelled => {}
            JobStatus::Succeeded | JobStatus::Failed => {
                let message = format!("the job is finished: it is {}", before.status.word());
                return Err(Refusal::new(RefusalCode::NotAllowed, message, &["id"]).into());
            }
        }
        if changed.is_empty() {
            return Ok(before);
        }
        store::cancel(&txn, &after).await?;
        let object = Object::one("Job", id.0, before.kind.as_str());
        audit::write(app, &txn, by, Entry { action: by.action("cancelJob"), object, changes: changed }).await?;
        txn.commit().await?;
        Ok(after)
    })
    .await
}

/// Which jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// In one of these states; none: in any.
    pub status: Option<Vec<JobStatus>>,
}

/// A part of the jobs, newest first.
pub async fn page(app: &App, filter: &JobFilter, arguments: &PageArguments) -> Result<Slice<job::Model>, Fault> {
    let id = Expr::col(job::Column::Id.as_column_ref());
    let order =
        Order { tag: "job.id:desc".into(), key: id.clone(), kind: KeyKind::Int, nullable: false, descending: true, id };
    let page = Page::new(arguments, &order)?;
    Ok(page.read(app.db.reader(), store::select(filter), &order).await?)
}

/// How many jobs there are.
pub async fn count(app: &App, filter: &JobFilter) -> Result<i64, Fault> {
    Ok(page::count(app.db.reader(), store::select(filter)).await?)
}

/// A job by id.
pub async fn by_id(app: &App, id: JobId) -> Result<Option<job::Model>, Fault> {
    Ok(store::job(app.db.reader(), id).await?)
}
