//! Lists of jobs.

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use entity::job;

use super::types::{Job, JobStatus};
use crate::db::page::{Cursor, Slice};
use crate::global_id::GlobalId;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::connection::{PageInfo, forward, int};
use crate::jobs::{self, JobFilter};

/// Jobs, newest first.
pub(crate) struct JobConnection {
    slice: Slice<job::Model>,
    filter: JobFilter,
}

/// A job and where it stands.
#[derive(SimpleObject)]
pub(crate) struct JobEdge {
    cursor: String,
    node: Job,
}

/// Jobs, newest first.
#[Object]
impl JobConnection {
    async fn edges(&self) -> Vec<JobEdge> {
        let edge =
            |(cursor, row): &(Cursor, job::Model)| JobEdge { cursor: cursor.text(), node: Job::new(row.clone()) };
        self.slice.rows.iter().map(edge).collect()
    }

    async fn nodes(&self) -> Vec<Job> {
        self.slice.rows.iter().map(|(_, row)| Job::new(row.clone())).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.slice)
    }

    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        Ok(int(jobs::count(app(ctx), &self.filter).await?))
    }
}

#[derive(Default)]
pub(crate) struct JobQuery;

#[Object]
impl JobQuery {
    /// Newest first.
    #[graphql(guard = "ANYONE")]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        status: Option<Vec<JobStatus>>,
    ) -> Result<JobConnection, Error> {
        let status = status.map(|status| status.into_iter().map(Into::into).collect());
        let filter = JobFilter { status };
        let slice = jobs::page(app(ctx), &filter, &forward(first, after)).await?;
        Ok(JobConnection { slice, filter })
    }

    /// The job of an id; null where there is none.
    #[graphql(guard = "ANYONE")]
    async fn job(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Job>, Error> {
        match GlobalId::read(&id) {
            Some(GlobalId::Job(id)) => Ok(jobs::by_id(app(ctx), id).await?.map(Job::new)),
            _ => Ok(None),
        }
    }
}
