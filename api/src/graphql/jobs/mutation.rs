//! Jobs are stopped.

use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use entity::job;

use super::types::Job;
use crate::error::{Refusal, RefusalCode};
use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused_input};
use crate::jobs;

/// Which object.
#[derive(InputObject)]
pub(crate) struct NodeInput {
    pub(crate) id: ID,
}

/// A job after a change.
#[derive(SimpleObject)]
pub(crate) struct JobPayload {
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

impl JobPayload {
    pub(crate) fn new(job: Option<job::Model>, user_errors: Vec<UserError>) -> Self {
        Self { job: job.map(Job::new), user_errors }
    }
}

#[derive(Default)]
pub(crate) struct JobMutation;

#[Object]
impl JobMutation {
    /// Stops a job: at once while it waits, at its next step while it runs. NOT_ALLOWED once it succeeded or failed.
    #[graphql(guard = "ADMIN")]
    async fn cancel_job(&self, ctx: &Context<'_>, input: NodeInput) -> Result<JobPayload, Error> {
        let outcome = match GlobalId::read(&input.id) {
            Some(GlobalId::Job(id)) => jobs::cancel(app(ctx), caller(ctx)?.by(), id).await,
            _ => Err(Refusal::new(RefusalCode::NotFound, "there is no such job", &["id"]).into()),
        };
        let (job, user_errors) = refused_input(outcome)?;
        Ok(JobPayload::new(job, user_errors))
    }
}
