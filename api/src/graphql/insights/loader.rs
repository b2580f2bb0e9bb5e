//! Figures over the segments of a page: one pass for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::SegmentId;

use crate::error::Fault;
use crate::graphql::loaders::{Part, Reader, each_part};
use crate::insights::{Asked, Kept, of_segments};

impl<Q: Asked> Loader<Part<SegmentId, Q>> for Reader {
    type Value = Arc<Arc<Kept<Q::Answer>>>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[Part<SegmentId, Q>]) -> Result<HashMap<Part<SegmentId, Q>, Self::Value>, Self::Error> {
        let read = async |segments: Vec<SegmentId>, asked: Arc<Q>| of_segments(&self.0, &*asked, &segments).await;
        each_part(keys, read).await
    }
}
