//! What imports have rejected: one statement for a page of jobs.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::JobId;

use crate::error::Fault;
use crate::graphql::loaders::Reader;
use crate::imports::upload::{self, Rejected};

impl Loader<JobId> for Reader {
    type Value = Rejected;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[JobId]) -> Result<HashMap<JobId, Self::Value>, Self::Error> {
        upload::rejected(&self.0, keys).await.map_err(Arc::new)
    }
}
