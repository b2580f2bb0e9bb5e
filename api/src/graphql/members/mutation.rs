//! Members come in.

use async_graphql::{Context, Error, InputObject, Object};

use super::input::MemberInput;
use crate::graphql::access::{ADMIN_OR_MEMBERS, by};
use crate::graphql::app;
use crate::graphql::ingest::{IngestPayload, bounded};
use crate::ingest::Ingested;
use crate::members::ops;

/// Members to make or change.
#[derive(InputObject)]
pub(crate) struct UpsertMembersInput {
    /// At most 10,000; the file import takes any number.
    members: Vec<MemberInput>,
}

#[derive(Default)]
pub(crate) struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Makes members of new numbers, changes those of known ones. A row that changes nothing counts as a duplicate.
    #[graphql(guard = "ADMIN_OR_MEMBERS")]
    async fn upsert_members(&self, ctx: &Context<'_>, input: UpsertMembersInput) -> Result<IngestPayload, Error> {
        const LIST: &str = "members";
        if let Err(stop) = bounded(input.members.len(), LIST) {
            return IngestPayload::new(Err(stop), LIST);
        }
        let (mut rows, mut places, mut refused) = (Vec::new(), Vec::new(), Ingested::default());
        for (place, member) in input.members.into_iter().enumerate() {
            match member.into_room() {
                Ok(row) => {
                    rows.push(row);
                    places.push(place);
                }
                Err(refusal) => refused.refuse(place, refusal),
            }
        }
        let outcome = ops::upsert(app(ctx), by(ctx)?, rows).await.map(|mut done| {
            done.problems.iter_mut().for_each(|problem| problem.row = places[problem.row]);
            done.problems.append(&mut refused.problems);
            done.problems.sort_by_key(|problem| problem.row);
            done
        });
        IngestPayload::told(ctx, outcome, LIST)
    }
}
