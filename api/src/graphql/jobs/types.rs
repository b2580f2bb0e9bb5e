//! A job.

use async_graphql::{Context, Enum, Error, ID, Object};
use entity::job;

use crate::exports;
use crate::global_id::GlobalId;
use crate::graphql::access::caller;
use crate::graphql::connection::int;
use crate::graphql::exports::ExportLink;
use crate::graphql::loaders::load;
use crate::graphql::scalars::DateTime;
use crate::graphql::{RequestScope, app};
use crate::imports::upload::{self, Rejected};

/// How far a job has come.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::kinds::JobStatus")]
pub(crate) enum JobStatus {
    /// It waits, for a free hand or for its next try.
    Queued,
    /// Somebody works on it.
    Running,
    /// It is done.
    Succeeded,
    /// It was tried and cannot be done; `error` says why.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// Long work: an import, an evaluation, a model fit, an erasure.
#[derive(Clone)]
pub(crate) struct Job(job::Model);

impl Job {
    pub(crate) fn new(row: job::Model) -> Self {
        Self(row)
    }

    async fn rejected_rows(&self, ctx: &Context<'_>) -> Result<Rejected, Error> {
        if self.0.kind != upload::JOB {
            return Ok(Rejected::default());
        }
        Ok(load(ctx, self.0.id).await?.unwrap_or_default())
    }
}

/// Long work: an import, an evaluation, a model fit, an erasure.
#[Object]
impl Job {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Job(self.0.id).text().into()
    }

    /// For example PROGRAM_ZONE: the 12-month figures are reckoned anew in another time zone.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    async fn status(&self) -> JobStatus {
        self.0.status.into()
    }

    /// How much of `total` is done.
    async fn done(&self) -> i32 {
        int(self.0.done)
    }

    /// Null while it is not known.
    async fn total(&self) -> Option<i32> {
        self.0.total.map(int)
    }

    /// When it was first begun.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Why it failed, or why its latest try did.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// Rejected rows as a file: line, field, reason.
    async fn rejects(&self, ctx: &Context<'_>) -> Result<Option<ExportLink>, Error> {
        let Rejected { rows, .. } = self.rejected_rows(ctx).await?;
        if rows == 0 {
            return Ok(None);
        }
        let scope = ctx.data_unchecked::<RequestScope>();
        Ok(Some(exports::ask_rejects(app(ctx), caller(ctx)?, &scope.reached, self.0.id, rows)?.into()))
    }

    /// How many rows, or documents, an import left out so far.
    async fn rejected(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(self.rejected_rows(ctx).await?.rejected))
    }
}
