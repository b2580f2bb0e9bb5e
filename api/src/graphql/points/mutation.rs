//! Points entries come in.

use async_graphql::{Context, Error, InputObject, Object};

use super::types::PointsKind;
use crate::graphql::access::{ADMIN_OR_TRANSACTIONS, by};
use crate::graphql::app;
use crate::graphql::ingest::{IngestPayload, bounded};
use crate::graphql::refs::MemberRef;
use crate::graphql::scalars::DateTime;
use crate::points;

/// An entry of the points ledger. Only ADJUSTED may be negative; a redemption is a REDEEMED entry.
#[derive(InputObject)]
pub(crate) struct PointsInput {
    member: MemberRef,
    kind: PointsKind,
    // Wider than `Int`, so that a number beyond it is a problem of its row and not of the whole call.
    points: i64,
    /// At most one day ahead.
    at: DateTime,
    origin: Option<String>,
    /// Unique with the member, so that a repeat counts once.
    document: String,
}

/// Entries to record: at most 10,000; the file import takes any number.
#[derive(InputObject)]
pub(crate) struct RecordPointsInput {
    entries: Vec<PointsInput>,
}

impl From<PointsInput> for points::PointsInput {
    fn from(input: PointsInput) -> Self {
        let PointsInput { member, kind, points, at, origin, document } = input;
        Self { member: member.into(), kind: kind.into(), points, at: at.0, origin, document }
    }
}

#[derive(Default)]
pub(crate) struct PointsMutation;

#[Object]
impl PointsMutation {
    /// An entry already recorded is left as it is and counted as a duplicate.
    #[graphql(guard = "ADMIN_OR_TRANSACTIONS")]
    async fn record_points(&self, ctx: &Context<'_>, input: RecordPointsInput) -> Result<IngestPayload, Error> {
        const LIST: &str = "entries";
        if let Err(stop) = bounded(input.entries.len(), LIST) {
            return IngestPayload::new(Err(stop), LIST);
        }
        let rows = input.entries.into_iter().map(Into::into).collect();
        IngestPayload::told(ctx, points::ops::record(app(ctx), by(ctx)?, rows).await, LIST)
    }
}
