//! The surveys that were answered.

use async_graphql::{Context, Error, Object, SimpleObject};

use crate::feedback;
use crate::graphql::access::ANYONE;
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::scalars::DateTime;

/// A survey that members have answered.
#[derive(SimpleObject)]
pub(crate) struct Survey {
    /// As the latest answer spells it; upper and lower case are the same.
    key: String,
    /// How many answers there are; a member may have given more than one.
    responses: i32,
    /// When the latest was given.
    last_at: Option<DateTime>,
}

#[derive(Default)]
pub(crate) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// The surveys that members have answered, by key.
    #[graphql(guard = "ANYONE")]
    async fn surveys(&self, ctx: &Context<'_>) -> Result<Vec<Survey>, Error> {
        let one = |row: feedback::Survey| Survey {
            key: row.key,
            responses: int(row.responses),
            last_at: Some(DateTime(row.last_at)),
        };
        Ok(feedback::list::surveys(app(ctx)).await?.into_iter().map(one).collect())
    }
}
