//! Partners and their tokens are made and changed.

use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};

use super::types::{Partner, PartnerToken, Scope};
use crate::error::{Refusal, RefusalCode, Stop};
use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::errors::{UserError, refused};
use crate::partners::{self, NewPartner, NewToken, PartnerPatch};

/// A partner to be made.
#[derive(InputObject)]
pub(crate) struct CreatePartnerInput {
    /// Unique; it stands before the keys of its segments and never changes.
    key: String,
    name: String,
}

/// Absent fields stay as they are.
#[derive(InputObject)]
pub(crate) struct UpdatePartnerInput {
    id: ID,
    name: Option<String>,
    /// False: its tokens do not work any more, at once. Its segments stay as they are.
    active: Option<bool>,
}

/// A partner after a change.
#[derive(SimpleObject)]
pub(crate) struct PartnerPayload {
    partner: Option<Partner>,
    user_errors: Vec<UserError>,
}

/// A token to be made.
#[derive(InputObject)]
pub(crate) struct CreatePartnerTokenInput {
    partner: ID,
    name: String,
    scopes: Vec<Scope>,
    /// 1 to 3,650; never when absent.
    expires_in_days: Option<i32>,
}

/// Which token.
#[derive(InputObject)]
pub(crate) struct RevokePartnerTokenInput {
    id: ID,
}

/// A token after a change.
#[derive(SimpleObject)]
pub(crate) struct PartnerTokenPayload {
    partner_token: Option<PartnerToken>,
    /// For the Authorization header; null but where it was made.
    token: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Makes a partner.
    #[graphql(guard = "ADMIN")]
    async fn create_partner(&self, ctx: &Context<'_>, input: CreatePartnerInput) -> Result<PartnerPayload, Error> {
        let new = NewPartner { key: input.key, name: input.name };
        let (row, user_errors) = refused(partners::create(app(ctx), caller(ctx)?, &new).await)?;
        Ok(PartnerPayload { partner: row.map(Partner::new), user_errors })
    }

    /// Changes what a partner is called, and whether it may call.
    #[graphql(guard = "ADMIN")]
    async fn update_partner(&self, ctx: &Context<'_>, input: UpdatePartnerInput) -> Result<PartnerPayload, Error> {
        let UpdatePartnerInput { id, name, active } = input;
        let outcome = match GlobalId::read(&id) {
            Some(GlobalId::Partner(id)) => {
                partners::update(app(ctx), caller(ctx)?, id, &PartnerPatch { name, active }).await
            }
            _ => Err(missing("id", "partner")),
        };
        let (row, user_errors) = refused(outcome)?;
        Ok(PartnerPayload { partner: row.map(Partner::new), user_errors })
    }

    /// The token is shown this once.
    #[graphql(guard = "ADMIN")]
    async fn create_partner_token(
        &self,
        ctx: &Context<'_>,
        input: CreatePartnerTokenInput,
    ) -> Result<PartnerTokenPayload, Error> {
        let CreatePartnerTokenInput { partner, name, scopes, expires_in_days } = input;
        let outcome = match GlobalId::read(&partner) {
            Some(GlobalId::Partner(partner)) => {
                let scopes = scopes.into_iter().map(Into::into).collect();
                let new = NewToken { partner, name, scopes, expires_in_days: expires_in_days.map(i64::from) };
                partners::create_token(app(ctx), caller(ctx)?, new).await
            }
            _ => Err(missing("partner", "partner")),
        };
        let (made, user_errors) = refused(outcome)?;
        let (partner_token, token) = made.map(|(row, token)| (PartnerToken::new(row), token)).unzip();
        Ok(PartnerTokenPayload { partner_token, token, user_errors })
    }

    /// The token does not work any more, at once.
    #[graphql(guard = "ADMIN")]
    async fn revoke_partner_token(
        &self,
        ctx: &Context<'_>,
        input: RevokePartnerTokenInput,
    ) -> Result<PartnerTokenPayload, Error> {
        let outcome = match GlobalId::read(&input.id) {
            Some(GlobalId::PartnerToken(id)) => partners::revoke_token(app(ctx), caller(ctx)?, id).await,
            _ => Err(missing("id", "token")),
        };
        let (row, user_errors) = refused(outcome)?;
        Ok(PartnerTokenPayload { partner_token: row.map(PartnerToken::new), token: None, user_errors })
    }
}

fn missing(field: &str, what: &str) -> Stop {
    Refusal::new(RefusalCode::NotFound, format!("there is no such {what}"), &["input", field]).into()
}
