//! What is kept of members: read together for a whole page.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::MemberId;

use crate::error::Fault;
use crate::graphql::loaders::Reader;
use crate::valuation::{self, MemberFigures};

/// What a member is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ValueOf(pub(crate) MemberId);

impl Loader<ValueOf> for Reader {
    type Value = Arc<MemberFigures>;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[ValueOf]) -> Result<HashMap<ValueOf, Self::Value>, Self::Error> {
        let members: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let told = valuation::of_members(&self.0, &members).await.map_err(Arc::new)?;
        Ok(told.into_iter().map(|(member, figures)| (ValueOf(member), Arc::new(figures))).collect())
    }
}
