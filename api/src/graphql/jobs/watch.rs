//! Jobs are watched.

use async_graphql::{Context, Error, ID, Subscription};
use futures::{Stream, StreamExt};

use super::types::Job;
use crate::error::{Fault, FaultKind};
use crate::global_id::GlobalId;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::watch;

#[derive(Default)]
pub(crate) struct JobSubscription;

#[Subscription]
impl JobSubscription {
    /// The job as it is now, and whenever it moves on. Ends when it is finished.
    #[graphql(guard = "ANYONE")]
    async fn job_progress(&self, ctx: &Context<'_>, id: ID) -> Result<impl Stream<Item = Job> + use<>, Error> {
        let progress = match GlobalId::read(&id) {
            Some(GlobalId::Job(id)) => watch::progress(app(ctx), id).await?,
            _ => None,
        };
        let progress = progress.ok_or_else(|| Fault::of(FaultKind::BadInput, "id: there is no such job"))?;
        Ok(progress.map(Job::new))
    }
}
