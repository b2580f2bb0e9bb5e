//! Answers to surveys come in.

use async_graphql::{Context, Error, InputObject, Object};

use crate::feedback;
use crate::graphql::access::{ADMIN_OR_TRANSACTIONS, by};
use crate::graphql::app;
use crate::graphql::ingest::{IngestPayload, bounded};
use crate::graphql::refs::MemberRef;
use crate::graphql::scalars::DateTime;

/// What a member answered to a survey.
#[derive(InputObject)]
pub(crate) struct FeedbackInput {
    member: MemberRef,
    /// The survey's key, 1 to 50 characters; upper and lower case are the same.
    survey: String,
    /// 0 to 10, as to how likely the member recommends the shop.
    // Wider than `Int`, so that a number beyond it is a problem of its row and not of the whole call.
    score: i64,
    /// At most 2,000 characters.
    comment: Option<String>,
    /// At most one day ahead.
    at: DateTime,
    /// Unique with the member, so that a repeat counts once.
    document: String,
}

/// Answers to record: at most 10,000; the file import takes any number.
#[derive(InputObject)]
pub(crate) struct RecordFeedbackInput {
    responses: Vec<FeedbackInput>,
}

impl From<FeedbackInput> for feedback::FeedbackInput {
    fn from(input: FeedbackInput) -> Self {
        let FeedbackInput { member, survey, score, comment, at, document } = input;
        Self { member: member.into(), survey, score, comment, at: at.0, document }
    }
}

#[derive(Default)]
pub(crate) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// An answer already recorded is left as it is and counted as a duplicate.
    #[graphql(guard = "ADMIN_OR_TRANSACTIONS")]
    async fn record_feedback(&self, ctx: &Context<'_>, input: RecordFeedbackInput) -> Result<IngestPayload, Error> {
        const LIST: &str = "responses";
        if let Err(stop) = bounded(input.responses.len(), LIST) {
            return IngestPayload::new(Err(stop), LIST);
        }
        let rows = input.responses.into_iter().map(Into::into).collect();
        IngestPayload::told(ctx, feedback::ops::record(app(ctx), by(ctx)?, rows).await, LIST)
    }
}
