//! What a person may ask for: to be erased, and to be told what is stored.

use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use serde_json::Value;

use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused};
use crate::graphql::refs::MemberRef;
use crate::privacy;

/// A member.
#[derive(InputObject)]
pub(crate) struct MemberRefInput {
    member: MemberRef,
}

/// Who was erased.
#[derive(SimpleObject)]
pub(crate) struct EraseMemberPayload {
    /// The id of the empty row that stays.
    member_id: Option<ID>,
    user_errors: Vec<UserError>,
}

/// What is stored about a person.
#[derive(SimpleObject)]
pub(crate) struct MemberDataPayload {
    /// A JSON object: profile, labels, attributes, sums, transactions with their lines, points, answers, segments now and before, pins, comings and goings, and entries of the audit log.
    data: Option<Value>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct PrivacyMutation;

#[Object]
impl PrivacyMutation {
    /// Erases what identifies the person, keeps sums; cannot be undone.
    #[graphql(guard = "ADMIN")]
    async fn erase_member(&self, ctx: &Context<'_>, input: MemberRefInput) -> Result<EraseMemberPayload, Error> {
        let outcome = privacy::erase(app(ctx), caller(ctx)?.by(), &input.member.into()).await;
        let (member, user_errors) = refused(outcome)?;
        Ok(EraseMemberPayload { member_id: member.map(|id| GlobalId::Member(id).text().into()), user_errors })
    }

    /// All that is stored about the person, for the person.
    #[graphql(guard = "ADMIN")]
    async fn request_member_data(&self, ctx: &Context<'_>, input: MemberRefInput) -> Result<MemberDataPayload, Error> {
        let outcome = privacy::request(app(ctx), caller(ctx)?.by(), &input.member.into()).await;
        let (data, user_errors) = refused(outcome)?;
        Ok(MemberDataPayload { data, user_errors })
    }
}
